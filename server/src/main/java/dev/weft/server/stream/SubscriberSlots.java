package dev.weft.server.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the subscribers of the process against their limit. Any thread; touched when one comes or
 * goes.
 */
public final class SubscriberSlots {
    private final int max;
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean closed;

    public SubscriberSlots(final int max) {
        this.max = max;
    }

    /** Whether one could be taken now. */
    boolean hasRoom() {
        return !closed && used.get() < max;
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

    /** A number that no other subscriber of the process has; ascending. */
    long nextId() {
        return ids.incrementAndGet();
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
