package dev.weft.server.query;

import dev.weft.server.journal.Journal;
import dev.weft.server.runtime.Signal;
import dev.weft.server.stream.BlockCursor;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages from the journal, one per duty cycle, in the order of the requests. Thread: replay.
 * {@link #offer} is for the I/O loops; when its queue is full, the client is told to come back
 * (503).
 */
public final class History implements Agent {
    /** Reads that may wait. */
    static final int WAITING_MAX = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /** One read: done on the replay thread, answered on the loop of the client. */
    interface Read {
        /** Thread: replay. It touches a bounded number of bytes. */
        void read(Journal journal, BlockCursor cursor);

        /**
         * Has the answer given by the loop that asked. Thread: replay.
         *
         * @param isRead whether {@link #read} came to its end.
         */
        void answer(boolean isRead);
    }

    private final ManyToOneConcurrentArrayQueue<Read> inbox =
            new ManyToOneConcurrentArrayQueue<>(WAITING_MAX);
    private final Journal journal;
    private @Nullable BlockCursor cursor; // made by the thread that uses it
    private volatile Signal signal = () -> {};

    public History(final Journal journal) {
        this.journal = journal;
    }

    /** Sets what wakes the replay thread. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
    }

    /** Takes a read over, or answers false if too many wait. Any I/O loop. */
    boolean offer(final Read read) {
        if (!inbox.offer(read)) {
            return false;
        }
        signal.signal();
        return true;
    }

    @Override
    public int doWork() {
        final Read next = inbox.poll();
        if (next == null) {
            return 0;
        }
        boolean isRead = false;
        try {
            next.read(journal, cursor());
            isRead = true;
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            // A bad sector under the mapping is an InternalError, buffers that are used up are an
            // OutOfMemoryError: both end this read and nothing else.
            LOG.error("cannot read a page of the journal", ex);
            BlockCursor.closeQuietly(cursor);
            cursor = null; // where it stands is unknown
        }
        next.answer(isRead);
        return 1;
    }

    @Override
    public void onClose() {
        inbox.drain(read -> read.answer(false));
        if (cursor != null) {
            cursor.close();
        }
    }

    @Override
    public String roleName() {
        return "history";
    }

    private BlockCursor cursor() {
        BlockCursor current = cursor;
        if (current == null) {
            current = new BlockCursor(journal.newReader());
            cursor = current;
        }
        return current;
    }
}
