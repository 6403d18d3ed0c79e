package dev.weft.server.bridge;

/**
 * How many entries to ask for, so that an answer has about a megabyte: there is no way to ask for
 * bytes. One thread.
 */
final class ReadSize {
    private static final int COUNT_MIN = 1;
    private static final int COUNT_MAX = 1_000;
    private static final int FIRST_COUNT = 100;
    private static final long WANTED_LENGTH = 1 << 20;

    private int count = FIRST_COUNT;

    int count() {
        return count;
    }

    /** Learns from an answer: grows to twice as much at most, shrinks at once. */
    void onRead(final int entries, final long length) {
        if (entries == 0) {
            return;
        }
        final long fitting = WANTED_LENGTH * entries / Math.max(1, length);
        count = (int) Math.max(COUNT_MIN, Math.min(COUNT_MAX, Math.min(2L * count, fitting)));
    }
}
