package dev.weft.server.sequencer;

import dev.weft.server.runtime.Signal;
import java.util.function.LongSupplier;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue between the I/O threads and the sequencer of this process. When it is full, or
 * once it is closed, it refuses: the publisher is answered or slowed, nothing is dropped.
 */
public final class LocalInbox implements AppendInbox, OrderedSource {
    private final ManyToOneConcurrentArrayQueue<PendingAppend> queue;
    private final Signal sequencer;
    private final LongSupplier clockUs;
    private volatile boolean closed; // written by whoever stops the server

    /**
     * Makes it open and empty.
     *
     * @param capacity publishes that may wait.
     * @param sequencer wakes the sequencer.
     * @param clockUs microseconds since the epoch.
     */
    public LocalInbox(final int capacity, final Signal sequencer, final LongSupplier clockUs) {
        queue = new ManyToOneConcurrentArrayQueue<>(capacity);
        this.sequencer = sequencer;
        this.clockUs = clockUs;
    }

    @Override
    public boolean offer(final PendingAppend pending) {
        if (closed || !queue.offer(pending)) {
            return false;
        }
        sequencer.signal();
        return true;
    }

    /** From now on everything is refused; what was accepted is still appended. Any thread. */
    public void close() {
        closed = true;
    }

    /** Publishes that wait. Any thread. */
    public int size() {
        return queue.size();
    }

    @Override
    public @Nullable PendingAppend peek() {
        return queue.peek();
    }

    @Override
    public @Nullable PendingAppend poll() {
        return queue.poll();
    }

    @Override
    public long timeUs() {
        return clockUs.getAsLong();
    }
}
