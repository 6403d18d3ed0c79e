/**
 * Gives each prepared event its sequence and time and appends it: the one writer. In: {@link
 * dev.weft.server.sequencer.PendingAppend}s from the I/O threads, through a bounded queue. Out: one
 * block per duty cycle, in the journal first and then in the ring, and the answer to each publish.
 * The sequencer runs on loop 0 (mode shared) or on {@code weft-seq} (mode dedicated), the forcing
 * of durable appends on {@code weft-force}.
 */
@NullMarked
package dev.weft.server.sequencer;

import org.jspecify.annotations.NullMarked;
