package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The newest chunks that were read, for others who come by the same place: many who replay the same
 * range have it read and checked about once. A chunk counts in the {@link ReadBudget} once, however
 * many hold it. Replay thread.
 */
final class SharedChunks {
    /** Chunks; with the longest ones 8 MiB, by which others may be behind the first. */
    static final int CHUNKS_MAX = 32;

    /** What was read, for whom, and where that ended. */
    private record Entry(
            ReplayLoop loop,
            Filter filter,
            Framing framing,
            boolean chunked,
            long from,
            long next,
            int eventCount,
            int end,
            long timestamp,
            ByteBuf bytes) {
        boolean suits(final ReplayRequest request) {
            return from == request.cursor
                    && next - 1 <= request.limit
                    && loop == request.loop // two loops may not write one buffer at once
                    && framing == request.framing
                    && chunked == request.chunked
                    && filter.equals(request.filter);
        }
    }

    private final @Nullable Entry[] entries = new Entry[CHUNKS_MAX];
    private int oldest; // also the place of the next one

    /** Answers a request with what was read for another; false if there is nothing. */
    boolean serve(final ReplayRequest request) {
        for (int i = 1; i <= CHUNKS_MAX; i++) { // the newest first
            final Entry entry = entries[(oldest - i + CHUNKS_MAX) % CHUNKS_MAX];
            if (entry != null && entry.suits(request)) {
                request.chunk = entry.bytes().retainedDuplicate();
                request.cursor = entry.next();
                request.eventCount = entry.eventCount();
                request.end = entry.end();
                request.timestamp = entry.timestamp();
                return true;
            }
        }
        return false;
    }

    /**
     * Remembers the chunk of a request that was just read.
     *
     * @param from first sequence that it had wanted.
     */
    void add(final ReplayRequest request, final long from, final ByteBuf chunk) {
        final Entry before = entries[oldest];
        if (before != null) {
            before.bytes().release();
        }
        entries[oldest] =
                new Entry(
                        request.loop,
                        request.filter,
                        request.framing,
                        request.chunked,
                        from,
                        request.cursor,
                        request.eventCount,
                        request.end,
                        request.timestamp,
                        chunk.retainedDuplicate()); // its indices do not move as it is written
        oldest = (oldest + 1) % CHUNKS_MAX;
    }

    /** Forgets all of them; who holds one keeps it. Answers how many there were. */
    int clear() {
        int count = 0;
        for (int i = 0; i < CHUNKS_MAX; i++) {
            final Entry entry = entries[i];
            if (entry != null) {
                entries[i] = null;
                entry.bytes().release();
                count++;
            }
        }
        return count;
    }
}
