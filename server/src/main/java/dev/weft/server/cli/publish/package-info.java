/** {@code weft publish}: lines in, events out in their order, each line answered for. */
@NullMarked
package dev.weft.server.cli.publish;

import org.jspecify.annotations.NullMarked;
