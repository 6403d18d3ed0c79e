/**
 * {@code weft inspect} and {@code weft verify}: what lies in the directory of a journal, read
 * without a server.
 */
@NullMarked
package dev.weft.server.cli.journal;

import org.jspecify.annotations.NullMarked;
