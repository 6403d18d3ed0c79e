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
    BROADCAST,
    /**
     * The same with channels, named in the query of both paths, because one of them is not enough:
     * nchan tells a channel's messages apart by the second and a number of 16 bits, and loses those
     * above 32,768 a second.
     */
    CHANNELS;

    private static final int CHANNEL_COUNT = 8;

    /** Whether a request may carry many events as lines, and a stream may resume. */
    public boolean hasBatches() {
        return this == WEFT;
    }

    /**
     * Channels over which so many events have to be spread that one of them loses some; 1 for one.
     */
    public int channelCount() {
        return this == CHANNELS ? CHANNEL_COUNT : 1;
    }

    /** What names a channel behind a path. */
    public static String channel(final String path, final int channel) {
        return path + "?channel=" + channel;
    }

    /** Whether the events carry the number that tells them apart. */
    public boolean isNumberedByPublisher() {
        return this != WEFT;
    }
}
