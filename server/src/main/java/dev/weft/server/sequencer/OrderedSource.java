package dev.weft.server.sequencer;

import org.jspecify.annotations.Nullable;

/**
 * What the sequencer works on: prepared appends in the order that counts, and the time. Nothing
 * else enters its decisions, so a replicated log can take the place of the local queue. Thread: the
 * sequencer's.
 */
public interface OrderedSource {
    /** The next append without taking it, null if there is none. */
    @Nullable PendingAppend peek();

    /** Takes the next append. */
    @Nullable PendingAppend poll();

    /**
     * Microseconds since the epoch; may stand still or go back, the sequencer sees to the order.
     */
    long timeUs();
}
