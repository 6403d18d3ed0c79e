package dev.weft.server.fold;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.EventQuery;

/** A table that is made of events and of nothing else. Thread: query. */
public interface Fold {
    /** Which events it is made of; without bounds of sequence. */
    EventQuery wanted();

    /**
     * Takes one of them in; each comes once, in their order.
     *
     * @param block valid during this call only.
     */
    void on(BlockFlyweight block, int index, long sequence);

    /**
     * Told when retention has deleted the oldest events: to forget what a table that is made anew
     * would not know either.
     *
     * @param oldestSequence of the events that are left.
     */
    default void onOldest(final long oldestSequence) {}
}
