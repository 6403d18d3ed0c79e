/** {@code weft tail}: a stream in, events out as lines, taken up again where it broke off. */
@NullMarked
package dev.weft.server.cli.tail;

import org.jspecify.annotations.NullMarked;
