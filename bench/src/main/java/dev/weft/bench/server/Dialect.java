package dev.weft.bench.server;

/**
 * How a server is spoken to. All are published to by {@code POST /events} and read by {@code GET
 * /events/stream}; what differs is what they can do beyond that.
 */
public enum Dialect {
    /** Batches, resuming, and ids that are a dense sequence made by the server. */
    WEFT,
    /**
     * One event per request, live only, ids of the server's own kind or none. What arrived is known
     * by the number that the publisher puts into each event.
     */
    BROADCAST;

    /** Whether a request may carry many events as lines, and a stream may resume. */
    public boolean hasBatches() {
        return this == WEFT;
    }

    /** Whether the events carry the number that tells them apart. */
    public boolean isNumberedByPublisher() {
        return this == BROADCAST;
    }
}
