/**
 * The writing side: Chronicle Queue's appender, held to its word, and the space it writes into. In:
 * finished blocks and what the disk has free. Out: records exactly where a reader looks for them,
 * or a refusal before a byte is written.
 *
 * <p>Threads: the sequencer's appends and asks for room; {@code weft-house} preallocates; {@code
 * weft-force} finishes files. No other package lets Chronicle write.
 */
@NullMarked
package dev.weft.server.journal.append;

import org.jspecify.annotations.NullMarked;
