package dev.weft.server.fanout;

import java.util.concurrent.atomic.AtomicLong;

/** What one I/O loop delivered. One writer, the loop; read by any thread. */
public final class FanoutCounters {
    private final AtomicLong deliveries = new AtomicLong();
    private final AtomicLong deliveredBytes = new AtomicLong();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong lapped = new AtomicLong();

    /**
     * Counts what went out to live or catching-up subscribers: events, bytes, and writes that
     * carried them.
     */
    public void onDelivered(final long events, final long bytes, final long writeCount) {
        add(deliveries, events);
        add(deliveredBytes, bytes);
        add(writes, writeCount);
    }

    void onLapped() {
        add(lapped, 1);
    }

    /** Events written to sockets, counted per subscriber. */
    public long deliveries() {
        return deliveries.getOpaque();
    }

    /** Bytes of frames handed to sockets. */
    public long deliveredBytes() {
        return deliveredBytes.getOpaque();
    }

    /** Batches written, counted per subscriber. */
    public long writes() {
        return writes.getOpaque();
    }

    /** How often the ring's writer overtook this loop. */
    public long lapped() {
        return lapped.getOpaque();
    }

    private static void add(final AtomicLong counter, final long amount) {
        counter.setOpaque(counter.getPlain() + amount);
    }
}
