/**
 * The append-only log of blocks on disk, and its readers. In: finished blocks from the sequencer.
 * Out: the same blocks, checked, in order, with everything that is missing told as a gap. {@link
 * dev.weft.server.journal.Journals#open} gives a journal and a report of what it found.
 *
 * <p>Threads: the sequencer's appends; {@code weft-house} preallocates, reserves and watches;
 * {@code weft-force} forces; each reader belongs to whoever asked for it. Chronicle Queue stays
 * inside this package and only appends; see docs/PROTOCOL.md, "Journal", and the ADRs.
 */
@NullMarked
package dev.weft.server.journal;

import org.jspecify.annotations.NullMarked;
