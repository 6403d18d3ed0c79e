package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.fanout.Filter;

/**
 * Looks for the n-th last event that a filter lets pass: windows of sequences from the end
 * backwards, each scanned forwards. The windows grow while they are cheap and shrink when one holds
 * more bytes than a step may touch, so each {@link #step} is bounded. Thread: replay.
 */
final class LastMatches {
    private static final int WINDOW_INITIAL = 256;

    /** Sequences that one step looks at, hence the matches it may find. */
    static final int WINDOW_MAX = 16 * 1024;

    private static final int GROWTH = 4;

    private long oldest; // moves on while retention takes events away
    private long remaining; // matches still to be found before end
    private long end; // all from here on are counted
    private int window = WINDOW_INITIAL;
    private long found = -1;

    /**
     * Begins at the end.
     *
     * @param oldest sequence that the search does not go before.
     * @param limit newest sequence that counts.
     */
    LastMatches(final long count, final long oldest, final long limit) {
        this.oldest = oldest;
        remaining = count;
        end = limit + 1;
        if (end <= oldest) {
            found = oldest;
        }
    }

    /** Whether {@link #found} is known. */
    boolean isDone() {
        return found >= 0;
    }

    /** Sequence to start with: that of the n-th last match, or the oldest one there is. */
    long found() {
        return found;
    }

    /** All events from here on were looked at. */
    long end() {
        return end;
    }

    /** Notes that nothing before a sequence can be had any more. */
    void oldest(final long sequence) {
        oldest = Math.max(oldest, sequence);
        if (end <= oldest) {
            found = oldest;
        }
    }

    /**
     * Scans one window.
     *
     * @param budget bytes that it may touch; a window of one event may touch more.
     * @param matches scratch of {@link #WINDOW_MAX} elements; what it holds means nothing between
     *     two steps, so all searches of a thread share one.
     * @return bytes touched.
     */
    int step(
            final BlockCursor cursor, final Filter filter, final int budget, final long[] matches) {
        final long from = Math.max(oldest, end - window);
        long next = from;
        long scanned = 0;
        int count = 0;
        while (next < end) {
            final int at = cursor.at(next);
            if (at == BlockCursor.END) {
                break;
            }
            if (at == BlockCursor.GAP) {
                next = cursor.gapTo() + 1;
                continue;
            }
            final BlockFlyweight block = cursor.block();
            final long first = block.firstSequence();
            final int to = (int) Math.min(block.count(), end - first);
            for (int i = (int) (next - first); i < to; i++) {
                if (filter.matches(block, i)) {
                    matches[count++] = first + i;
                }
            }
            scanned += block.length();
            next = first + to;
            if (scanned > budget && next < end && end - from > 1) {
                window = (int) Math.max(1, (end - from) / GROWTH);
                return (int)
                        Math.min(Integer.MAX_VALUE, scanned); // too much at once: again, with less
            }
        }
        if (count >= remaining) {
            found = matches[count - (int) remaining];
        } else {
            remaining -= count;
            end = from;
            if (end <= oldest) {
                found = oldest;
            } else if (scanned < budget / GROWTH) {
                window = Math.min(WINDOW_MAX, window * GROWTH);
            }
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, scanned));
    }
}
