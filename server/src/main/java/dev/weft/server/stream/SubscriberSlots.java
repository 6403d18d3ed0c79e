package dev.weft.server.stream;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the subscribers of the process against their limit. Any thread; touched when one comes or
 * goes.
 */
public final class SubscriberSlots {
    private final int max;
    private final AtomicInteger used = new AtomicInteger();
    private volatile boolean closed;

    public SubscriberSlots(final int max) {
        this.max = max;
    }

    /** Takes a slot, or answers false if all are taken or no more are given. */
    boolean acquire() {
        if (closed) {
            return false;
        }
        if (used.incrementAndGet() > max) {
            used.decrementAndGet();
            return false;
        }
        return true;
    }

    void release() {
        used.decrementAndGet();
    }

    /** Gives no more: the server stops. */
    public void close() {
        closed = true;
    }

    /** Subscribers there are now. */
    public int used() {
        return used.get();
    }
}
