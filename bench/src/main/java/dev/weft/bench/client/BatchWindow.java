package dev.weft.bench.client;

import org.HdrHistogram.Histogram;

/**
 * Counts how many subscribers have got each batch under way, so that a closed loop knows when it
 * may publish the next one. Each subscriber passes the batches in order, so they also complete in
 * order. Confined to the client's thread.
 */
public final class BatchWindow {
    private final long base;
    private final int batchEvents;
    private final int windowBatches;
    private final int subscriberCount;
    private final Histogram times;
    private final int[] reachedCounts;
    private final long[] sentNs;
    private long sentBatches;
    private long completedBatches;

    /**
     * @param base the last sequence before the first batch.
     * @param times gets the nanoseconds from a batch's sending to its arrival at the last
     *     subscriber.
     */
    public BatchWindow(
            final long base,
            final int batchEvents,
            final int windowBatches,
            final int subscriberCount,
            final Histogram times) {
        this.base = base;
        this.batchEvents = batchEvents;
        this.windowBatches = windowBatches;
        this.subscriberCount = subscriberCount;
        this.times = times;
        reachedCounts = new int[windowBatches];
        sentNs = new long[windowBatches];
    }

    /** Batches that may be sent now; they count as sent. */
    public int takeFree(final long nowNs) {
        final int free = (int) (completedBatches + windowBatches - sentBatches);
        for (int i = 0; i < free; i++) {
            sentNs[(int) (sentBatches++ % windowBatches)] = nowNs;
        }
        return free;
    }

    /** One subscriber got frames {@code first} to {@code end - 1}. */
    public void onFrames(final long first, final long end) {
        final long from = (first - base - 1) / batchEvents;
        final long to = Math.min((end - base - 1) / batchEvents, sentBatches);
        for (long batch = from; batch < to; batch++) {
            final int slot = (int) (batch % windowBatches);
            if (++reachedCounts[slot] == subscriberCount) {
                reachedCounts[slot] = 0;
                completedBatches++;
                times.recordValue(System.nanoTime() - sentNs[slot]);
            }
        }
    }

    public boolean isEmpty() {
        return sentBatches == completedBatches;
    }

    public long publishedCount() {
        return sentBatches * batchEvents;
    }
}
