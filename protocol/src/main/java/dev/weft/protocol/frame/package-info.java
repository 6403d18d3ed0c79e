/** The layout of what is appended and streamed: blocks, records, frames. */
@NullMarked
package dev.weft.protocol.frame;

import org.jspecify.annotations.NullMarked;
