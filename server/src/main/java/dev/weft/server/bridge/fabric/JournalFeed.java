package dev.weft.server.bridge.fabric;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.stream.replay.BlockCursor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads events out of the journal of this process, and asks retention to wait for it. Nobody tells
 * it that something was appended, since the append would pay for that; it looks, the more often the
 * more there is.
 */
final class JournalFeed implements EventFeed {
    private static final long LOOK_MIN_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LOOK_MAX_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Its slice of a frame is the envelope and nothing else. */
    private static final Framing BARE = Framing.WEBSOCKET;

    /** Records that are looked at before a batch that found nothing goes back. */
    private static final int LOOKED_MAX = 100_000;

    private final Journal journal;
    private final Filter filter;
    private final Lease lease;
    private final BlockCursor cursor;
    private long next;
    private long lookNs = LOOK_MIN_NS;
    private volatile boolean ended; // written by end

    JournalFeed(
            final Journal journal,
            final Filter filter,
            final Lease lease,
            final long afterSequence) {
        this.journal = journal;
        this.filter = filter;
        this.lease = lease;
        cursor = new BlockCursor(journal.newReader());
        next = afterSequence + 1;
    }

    @Override
    public void poll(final OutgoingBatch target) {
        final long deadlineNs = System.nanoTime() + WAIT_NS;
        lease.need(next);
        int looked = 0;
        while (!ended && !target.isFull() && looked < LOOKED_MAX) {
            switch (cursor.at(next)) {
                case BlockCursor.BLOCK -> looked += take(target);
                case BlockCursor.GAP -> {
                    target.gap(next, cursor.gapTo());
                    next = cursor.gapTo() + 1;
                }
                default -> {
                    if (!target.isEmpty() || System.nanoTime() - deadlineNs > 0) {
                        looked = LOOKED_MAX;
                    } else {
                        rest();
                    }
                }
            }
        }
        lookNs = target.isEmpty() ? lookNs : LOOK_MIN_NS;
        lease.need(next);
    }

    /** Takes what goes into the batch of the block in view. */
    private int take(final OutgoingBatch target) {
        final BlockFlyweight block = cursor.block();
        final long first = block.firstSequence();
        final int from = (int) (next - first);
        int index = from;
        while (index < block.count() && !target.isFull()) {
            if (filter.matches(block, index)) {
                final byte[] envelope = new byte[BARE.sliceLength(block, index)];
                block.buffer().getBytes(BARE.sliceOffset(block, index), envelope);
                target.add(first + index, envelope);
            }
            index++;
        }
        next = first + index;
        return index - from;
    }

    private void rest() {
        if (journal.appendedSequence() < next) {
            cursor.letGo();
            LockSupport.parkNanos(lookNs);
            lookNs = Math.min(LOOK_MAX_NS, 2 * lookNs);
        }
    }

    @Override
    public void end() {
        ended = true;
    }

    /** The journal keeps what it has not read: the next session goes on there. */
    @Override
    public void close() {
        cursor.close();
    }
}
