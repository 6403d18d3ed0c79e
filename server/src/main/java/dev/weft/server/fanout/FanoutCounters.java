package dev.weft.server.fanout;

import dev.weft.server.counters.Counter;

/** What one I/O loop delivered. One writer, the loop; read by any thread. */
public final class FanoutCounters {
    /** Events written to sockets, counted per subscriber. */
    public final Counter deliveries = new Counter();

    /** Bytes of frames handed to sockets. */
    public final Counter deliveredBytes = new Counter();

    /** Batches written, counted per subscriber. */
    public final Counter writes = new Counter();

    /** How often the ring's writer overtook this loop. */
    public final Counter lapped = new Counter();

    /** Newest sequence that went to all live subscribers of this loop. */
    public final Counter handedOut = new Counter();

    FanoutCounters() {}

    /** Counts what went out, to live subscribers or to one that catches up. */
    public void onDelivered(final long events, final long bytes, final long writeCount) {
        deliveries.add(events);
        deliveredBytes.add(bytes);
        writes.add(writeCount);
    }
}
