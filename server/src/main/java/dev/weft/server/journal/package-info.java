/** The append-only log of blocks on disk, and its readers. */
@NullMarked
package dev.weft.server.journal;

import org.jspecify.annotations.NullMarked;
