package dev.weft.server.fanout;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Batches that were handed out and that somebody still holds: a cohort whose turn has not come, a
 * member whose client does not read. What all groups of a loop hold together is their length, each
 * batch counted once, however many share it. One of which this has the last reference is let go: at
 * once as a rule, else when its turn comes to be looked at. Thread: the I/O loop.
 */
final class Unwritten {
    /** Older batches that one call looks at; there may be very many. */
    private static final int OLDER_MAX = 64;

    private static final int INITIAL_LENGTH = 16;

    private @Nullable ByteBuf[] batches = new ByteBuf[INITIAL_LENGTH];
    private int count;
    private int olderCount; // of them, those that were looked at before
    private int next; // of the older ones, to be looked at
    private long length;

    /** Bytes of all of them. */
    long length() {
        return length;
    }

    /** Takes the reference over. */
    void add(final ByteBuf batch) {
        if (count == batches.length) {
            batches = Arrays.copyOf(batches, 2 * count);
        }
        batches[count++] = batch;
        length += batch.capacity();
    }

    /** Lets go what nobody else holds. */
    void sweep() {
        for (int i = count - 1; i >= olderCount; i--) {
            letGo(i);
        }
        olderCount = count;
        for (int i = Math.min(OLDER_MAX, count); i > 0 && count > 0; i--) {
            next = next == 0 || next > count ? count - 1 : next - 1;
            letGo(next); // the last one takes its place, and has its turn in the next round
        }
        olderCount = count;
    }

    private void letGo(final int index) {
        final ByteBuf batch = batches[index];
        if (batch != null && batch.refCnt() == 1) {
            length -= batch.capacity();
            batch.release();
            batches[index] = batches[--count];
            batches[count] = null;
        }
    }
}
