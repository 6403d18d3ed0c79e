package dev.weft.server.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Reads events that are already in the journal, away from the I/O threads: the answer to a publish
 * that repeats one.
 */
@FunctionalInterface
public interface OriginalLookup {
    /**
     * Starts to read one event. Thread: any I/O loop.
     *
     * @return false if too many reads wait; {@code receiver} is then not called.
     */
    boolean lookUp(long sequence, EventLoop loop, Receiver receiver);

    /** Takes what was read. */
    @FunctionalInterface
    interface Receiver {
        /**
         * Called once, on the loop that asked.
         *
         * @param envelope the event as it was answered first, released by the receiver; null if it
         *     can no longer be read.
         */
        void onOriginal(@Nullable ByteBuf envelope);
    }
}
