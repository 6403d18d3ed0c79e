package dev.weft.server.stream;

/**
 * When one subscriber's socket took no more: the pause that is, the last one worth telling, and for
 * how many ticks not a byte was taken although others wait. Thread: the I/O loop.
 */
final class Pauses {
    /** Shorter pauses of a socket are its ordinary way, and not remembered. */
    private static final long PAUSE_US_MIN = 1_000;

    /** Ticks without a byte taken that are too many while others wait. */
    private static final int STALLED_TICKS_MAX = 30;

    /** More than ever waits: whatever does is counted from the next tick on. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private long pausedAt; // microseconds since the epoch, 0 while it takes bytes
    private long lastAt;
    private long lastLengthUs;
    private int stalledTicks;
    private long waitingBefore = UNKNOWN; // bytes at the last tick

    /** The socket takes no more, or does again. */
    void onWritabilityChanged(final boolean isWritable, final long nowUs) {
        if (!isWritable) {
            pausedAt = nowUs;
        } else if (pausedAt > 0) {
            if (nowUs - pausedAt >= PAUSE_US_MIN) {
                lastAt = pausedAt;
                lastLengthUs = nowUs - pausedAt;
            }
            pausedAt = 0;
        }
    }

    /**
     * To be called once a tick while somebody misses what it holds.
     *
     * @param waiting bytes that it has not taken.
     * @return whether it has taken nothing for too long.
     */
    boolean isTooLong(final long waiting) {
        stalledTicks = waiting >= waitingBefore ? stalledTicks + 1 : 0; // keep-alives add some
        waitingBefore = waiting;
        return stalledTicks >= STALLED_TICKS_MAX;
    }

    /** It takes bytes, or nobody misses them. */
    void forgetTicks() {
        stalledTicks = 0;
        waitingBefore = UNKNOWN;
    }

    /** When the last pause worth telling began, 0 for none. */
    long lastAt(final long nowUs) {
        return isPaused(nowUs) ? pausedAt : lastAt;
    }

    /** How long it took, negative if it still does. */
    long lastLengthUs(final long nowUs) {
        return isPaused(nowUs) ? -1 : lastLengthUs;
    }

    private boolean isPaused(final long nowUs) {
        return pausedAt > 0 && nowUs - pausedAt >= PAUSE_US_MIN;
    }
}
