package dev.weft.server.counters;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Latencies that one thread records and another reads now and then. Recording allocates nothing and
 * never waits. From 1 µs to 100 s with two digits; longer ones count as 100 s.
 */
public final class LatencyRecorder {
    private static final long LOWEST_NS = 1_000L;
    private static final long HIGHEST_NS = 100_000_000_000L;
    private static final int DIGITS = 2;

    private final SingleWriterRecorder recorder =
            new SingleWriterRecorder(LOWEST_NS, HIGHEST_NS, DIGITS);
    private Histogram interval =
            recorder.getIntervalHistogram(); // reader's, swapped with the recorder's

    /** Thread: the writer. */
    public void record(final long latencyNs) {
        recorder.recordValue(Math.min(Math.max(latencyNs, 0), HIGHEST_NS));
    }

    /** Adds what was recorded since the last call to {@code total}. One reader at a time. */
    public void drainTo(final Histogram total) {
        synchronized (this) { // readers only; the writer never comes here
            interval = recorder.getIntervalHistogram(interval);
            total.add(interval);
        }
    }

    /** A histogram that takes everything that a recorder can hold. */
    public static Histogram newTotal() {
        return new Histogram(LOWEST_NS, HIGHEST_NS, DIGITS);
    }
}
