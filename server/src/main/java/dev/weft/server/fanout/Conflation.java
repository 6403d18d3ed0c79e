package dev.weft.server.fanout;

/** What a group that does not get every event is to get with its next batch. */
final class Conflation {
    private final Newest newest;
    private final long intervalUs;
    private boolean isOpen;
    private long from;
    private long position; // in the ring, of what was noted first
    private long dueUs = Long.MIN_VALUE;

    /**
     * Makes one with nothing in it.
     *
     * @param policy not {@link Policy#ALL}.
     */
    Conflation(final Policy policy) {
        newest = new Newest(policy);
        intervalUs = policy.intervalUs();
    }

    Newest newest() {
        return newest;
    }

    /** Whether something is noted. */
    boolean isOpen() {
        return isOpen;
    }

    /** First sequence that is covered, while it is open. */
    long from() {
        return from;
    }

    /** Time before which nothing goes out, in microseconds since the epoch. */
    long dueUs() {
        return dueUs;
    }

    boolean isDue(final long nowUs) {
        return nowUs >= dueUs
                || dueUs - nowUs > intervalUs // the clock went back
                || newest.isNearlyFull();
    }

    /** Where the block began in the ring that holds the first sequence covered, or before. */
    long position() {
        return position;
    }

    /** From a sequence on everything is noted, or will be. */
    void open(final long sequence, final long ringPosition) {
        isOpen = true;
        from = sequence;
        position = ringPosition;
    }

    /** What is noted goes out now. */
    void close(final long nowUs) {
        forget();
        dueUs = nowUs + intervalUs;
    }

    /** What is noted is of no use any more. */
    void forget() {
        isOpen = false;
        newest.clear();
    }
}
