/**
 * Publishing through shared memory: events come in by the ring of a mapped file, are copied out,
 * checked and prepared, and go as {@link dev.weft.server.sequencer.PendingAppend}s to the same
 * inbox as those of HTTP; outcomes go back into the publisher's slot of the file. Nothing that the
 * file says is believed: positions are this side's own, lengths are checked, events are parsed from
 * a copy. Thread: the duty of loop 0 (mode shared) or {@code weft-door} (mode dedicated), but for
 * the bell, which is on loop 0.
 *
 * <p>What when full: events stay in the ring, and publishers are told that it is full.
 */
@NullMarked
package dev.weft.server.door;

import org.jspecify.annotations.NullMarked;
