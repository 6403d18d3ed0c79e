/**
 * What the product knows of its journal, the append-only log of blocks on disk: to append, to read,
 * to force, to keep house, and how one is configured. In: finished blocks from the sequencer. Out:
 * the same blocks, checked, in order, with everything that is missing told as a gap.
 *
 * <p>Behind it: {@code store} puts the journal together and opens it, {@code recovery} brings a
 * directory into order, {@code append} writes with Chronicle Queue, {@code file} knows roll files
 * and reads them. Each uses only those named after it, and all of them this package. See
 * docs/PROTOCOL.md, "Journal", and the ADRs.
 *
 * <p>Threads: the sequencer's appends; {@code weft-house} preallocates, reserves and watches;
 * {@code weft-force} forces; each reader belongs to whoever asked for it.
 */
@NullMarked
package dev.weft.server.journal;

import org.jspecify.annotations.NullMarked;
