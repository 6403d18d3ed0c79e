package dev.weft.server.fanout;

/**
 * How much of what its filter lets pass a subscriber gets.
 *
 * @param perSecond batches per second at most; 0 for {@link Kind#ALL}, which has no bound.
 */
public record Policy(Kind kind, int perSecond) {
    /** What is left out. */
    public enum Kind {
        /** Nothing. */
        ALL,
        /** All but the newest event of each subject. */
        LATEST,
        /** All but the newest event. */
        SAMPLE
    }

    /** Most that {@link #sample} takes. */
    public static final int PER_SECOND_MAX = 1_000;

    /** Longest interval that a policy may have. */
    public static final long INTERVAL_US_MAX = 1_000_000;

    /** Everything, at once. */
    public static final Policy ALL = new Policy(Kind.ALL, 0);

    /** Of each subject the newest event, ten times a second: what a person can follow. */
    public static final Policy LATEST = new Policy(Kind.LATEST, 10);

    private static final long US_PER_S = 1_000_000;

    /**
     * The newest event, so many times a second at most.
     *
     * @param perSecond from 1 to {@link #PER_SECOND_MAX}.
     */
    public static Policy sample(final int perSecond) {
        if (perSecond < 1 || perSecond > PER_SECOND_MAX) {
            throw new IllegalArgumentException("perSecond=" + perSecond);
        }
        return new Policy(Kind.SAMPLE, perSecond);
    }

    /** Whether every event is to be delivered. */
    public boolean isAll() {
        return kind == Kind.ALL;
    }

    /** Shortest time from one batch to the next, in microseconds. */
    public long intervalUs() {
        return isAll() ? 0 : (US_PER_S + perSecond - 1) / perSecond;
    }

    /** As in the query. */
    @Override
    public String toString() {
        return switch (kind) {
            case ALL -> "all";
            case LATEST -> "latest";
            case SAMPLE -> "sample=" + perSecond + "/s";
        };
    }
}
