package dev.weft.server.query;

import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.runtime.Signal;
import dev.weft.server.stream.BlockCursor;
import dev.weft.server.stream.ReadBudget;
import io.netty.buffer.ByteBuf;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pages from the journal, one per duty cycle, in the order of the requests. Thread: query.
 * {@link #offer} is for the I/O loops; when its queue is full, the client is told to come back
 * (503). What was read and not yet written is bounded by a {@link ReadBudget}: the next read waits
 * for it, and after a while it is refused, too.
 */
public final class History implements Agent {
    /** Reads that may wait. */
    static final int WAITING_MAX = 1_024;

    /** Bytes of all answers that are not yet written. */
    static final long UNSENT_LENGTH_MAX = 64L * 1024 * 1024;

    /** What a read takes until its real length is known. */
    static final int READ_LENGTH_MAX = 2 * PageRead.PAGE_LENGTH_MAX;

    private static final long REFUSED_AFTER_NS = 3_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /** One read: done on the query thread, answered on the loop of the client. */
    interface Read {
        /** How it ended. */
        enum Outcome {
            READ,
            FAILED,
            /** It was not its turn in time. */
            BUSY
        }

        /** First sequence that it needs, for retention to wait. */
        long firstSequence();

        /** Thread: query. It touches a bounded number of bytes. */
        void read(Journal journal, BlockCursor cursor);

        /** What was read, or null. */
        @Nullable ByteBuf bytes();

        /** Puts the same bytes, counted, in their place. */
        void bytes(ByteBuf counted);

        /**
         * Has the answer given by the loop that asked. Thread: query.
         *
         * @param outcome how {@link #read} ended.
         */
        void answer(Outcome outcome);
    }

    private final ManyToOneConcurrentArrayQueue<Read> inbox =
            new ManyToOneConcurrentArrayQueue<>(WAITING_MAX);
    private final Journal journal;
    private final ReadBudget budget;
    private final Lease lease; // on what the read of this duty cycle needs
    private final LongSupplier clockNs;
    private @Nullable Read next; // waits for the budget
    private long waitsSinceNs;
    private @Nullable BlockCursor cursor; // made by the thread that uses it
    private volatile Signal signal = () -> {};

    public History(final Journal journal) {
        this(journal, UNSENT_LENGTH_MAX, System::nanoTime);
    }

    /** The same with another bound for what is not yet written, and another clock. */
    History(final Journal journal, final long unsentLengthMax, final LongSupplier clockNs) {
        this.journal = journal;
        this.clockNs = clockNs;
        budget = new ReadBudget(unsentLengthMax);
        lease = journal.newLease();
    }

    ReadBudget budget() {
        return budget;
    }

    /** Sets what wakes the query thread. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
        budget.wakeBy(wakeUp);
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
        final Read read = next == null ? inbox.poll() : next;
        if (read == null) {
            if (cursor != null) {
                cursor.letGo();
            }
            return 0;
        }
        if (!budget.take(READ_LENGTH_MAX)) {
            return await(read);
        }
        next = null;
        Read.Outcome outcome = Read.Outcome.FAILED;
        try {
            lease.need(read.firstSequence());
            read.read(journal, cursor());
            outcome = Read.Outcome.READ;
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            // A bad sector under the mapping is an InternalError, buffers that are used up are an
            // OutOfMemoryError: both end this read and nothing else.
            LOG.error("cannot read a page of the journal", ex);
            BlockCursor.closeQuietly(cursor);
            cursor = null; // where it stands is unknown
        } finally {
            lease.need(Lease.NONE);
        }
        final ByteBuf bytes = read.bytes();
        if (bytes == null) {
            budget.giveBack(READ_LENGTH_MAX);
        } else {
            read.bytes(budget.counted(bytes, READ_LENGTH_MAX));
        }
        read.answer(outcome);
        return 1;
    }

    private int await(final Read read) {
        final long nowNs = clockNs.getAsLong();
        if (next == null) {
            next = read;
            waitsSinceNs = nowNs;
        } else if (nowNs - waitsSinceNs > REFUSED_AFTER_NS) {
            next = null;
            read.answer(Read.Outcome.BUSY);
            return 1;
        }
        return 0;
    }

    @Override
    public void onClose() {
        if (next != null) {
            next.answer(Read.Outcome.FAILED);
        }
        inbox.drain(read -> read.answer(Read.Outcome.FAILED));
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
