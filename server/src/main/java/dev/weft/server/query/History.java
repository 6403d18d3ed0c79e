package dev.weft.server.query;

import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.index.EventIndex;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.runtime.Signal;
import dev.weft.server.stream.replay.BlockCursor;
import dev.weft.server.stream.replay.ReadBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what is asked about the past: one bounded step per duty cycle, in turns, in the order of
 * the requests. Thread: query. {@link #offer} is for the I/O loops; when its queue is full, the
 * client is told to come back (503). A read that needs what is not indexed yet waits for the index,
 * and others go before it; what was read and not yet written is bounded by a {@link ReadBudget}:
 * the next read waits for it. Who waits too long is refused.
 */
public final class History implements Agent {
    /** Reads that may wait. */
    static final int WAITING_MAX = 1_024;

    /** Long reads that are under way; the others wait before their first step. */
    static final int LONG_MAX = 4;

    /** Bytes of all answers that are not yet written. */
    static final long UNSENT_LENGTH_MAX = 64L * 1024 * 1024;

    /** What a read takes until its real length is known. */
    static final int READ_LENGTH_MAX = 2 * 1024 * 1024;

    private static final long REFUSED_AFTER_NS = 3_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /**
     * What reads are made from; belongs to the query thread.
     *
     * @param lines scratch for who answers lines; empty between two steps.
     */
    public record Sources(Journal journal, EventIndex index, BlockCursor cursor, Batch lines) {}

    /** One read: done on the query thread, answered on the loop of the client. */
    public interface Read {
        /** How it ended. */
        enum Outcome {
            READ,
            FAILED,
            /** It was not its turn in time. */
            BUSY,
            /** The index did not come so far in time. */
            NOT_INDEXED,
            /** It needs an index, and there is none. */
            NO_INDEX
        }

        /** Newest sequence that has to be indexed before it is read; 0 if it needs no index. */
        default long head() {
            return 0;
        }

        /** First sequence that it needs, for retention to wait. */
        long firstSequence();

        /** Most bytes that a step makes, one long event aside. */
        default int lengthMax() {
            return READ_LENGTH_MAX;
        }

        /** Whether it may need many steps and keep much from one to the next. */
        default boolean isLong() {
            return false;
        }

        /**
         * Takes a step. Thread: query. It touches a bounded number of bytes.
         *
         * @return whether that was the last one.
         */
        boolean read(Sources sources);

        /** What was read, or null; nothing of a read that answers in another way. */
        default @Nullable ByteBuf bytes() {
            return null;
        }

        /** Puts the same bytes, counted, in their place. */
        default void bytes(final ByteBuf counted) {
            throw new IllegalStateException("it has no bytes");
        }

        /**
         * Has the answer given by the loop that asked. Thread: query.
         *
         * @param outcome how {@link #read} ended.
         */
        void answer(Outcome outcome);
    }

    /** Who needs the journal from a sequence on for longer than a step, such as an export. */
    public interface Holder {
        /** First sequence still needed, or {@link Lease#NONE} when it is over. Thread: query. */
        long neededSequence();
    }

    /** A read that waits, and since when. */
    private record Turn(Read read, long sinceNs) {}

    private final ManyToOneConcurrentArrayQueue<Read> inbox =
            new ManyToOneConcurrentArrayQueue<>(WAITING_MAX);
    private final ArrayDeque<Turn> turns = new ArrayDeque<>();
    private final ArrayDeque<Turn> unindexed = new ArrayDeque<>(); // wait for the index
    private final ArrayDeque<Turn> longOnes = new ArrayDeque<>(); // wait for other long ones
    private final Journal journal;
    private final EventIndex index;
    private final ReadBudget budget;
    private final Lease lease; // on what the read of this duty cycle and open exports need
    private final LongSupplier clockNs;
    private final List<Holder> holders = new ArrayList<>(); // who needs it for longer
    private final Batch lines = new Batch(ByteBufAllocator.DEFAULT, new FramePlan());
    private int longCount; // under way
    private @Nullable BlockCursor cursor; // made by the thread that uses it
    private volatile Signal signal = () -> {};

    public History(final Journal journal, final EventIndex index) {
        this(journal, index, UNSENT_LENGTH_MAX, System::nanoTime);
    }

    /** The same with another bound for what is not yet written, and another clock. */
    History(
            final Journal journal,
            final EventIndex index,
            final long unsentLengthMax,
            final LongSupplier clockNs) {
        this.journal = journal;
        this.index = index;
        this.clockNs = clockNs;
        budget = new ReadBudget(unsentLengthMax);
        lease = journal.newLease();
    }

    public ReadBudget budget() {
        return budget;
    }

    /** Lowest sequence that retention is asked to wait for. */
    long neededSequence() {
        return lease.sequence();
    }

    /** Sets what wakes the query thread. */
    public void wakeBy(final Signal wakeUp) {
        signal = wakeUp;
        budget.wakeBy(wakeUp);
    }

    /** Takes a read over, or answers false if too many wait. Any I/O loop. */
    public boolean offer(final Read read) {
        if (!inbox.offer(read)) {
            return false;
        }
        signal.signal();
        return true;
    }

    /** Keeps what somebody needs until it is over. Thread: query. */
    public void hold(final Holder holder) {
        holders.add(holder);
    }

    @Override
    public int doWork() {
        int workCount = takeIn();
        final Turn turn = turns.peek();
        if (turn == null) {
            if (unindexed.isEmpty()) {
                onIdle();
            }
            return workCount;
        }
        if (budget.take(turn.read.lengthMax())) {
            turns.poll();
            step(turn.read);
            workCount++;
        } else if (isLate(turn)) {
            turns.poll();
            end(turn.read, Read.Outcome.BUSY);
            workCount++;
        }
        return workCount;
    }

    /** Sorts what has come into what can be read and what the index does not know yet. */
    private int takeIn() {
        int workCount = 0;
        while (turns.size() + unindexed.size() + longOnes.size() < WAITING_MAX) {
            final Read read = inbox.poll();
            if (read == null) {
                break;
            }
            workCount++;
            if (index.isOff() && read.head() > 0) {
                read.answer(Read.Outcome.NO_INDEX);
                continue;
            }
            final Turn turn = new Turn(read, clockNs.getAsLong());
            if (read.head() <= index.indexedSequence()) {
                ready(turn);
            } else {
                unindexed.add(turn);
            }
        }
        Turn waiting = unindexed.peek();
        while (waiting != null) {
            if (waiting.read.head() <= index.indexedSequence()) {
                ready(unindexed.poll());
            } else if (isLate(waiting)) {
                unindexed.poll().read.answer(Read.Outcome.NOT_INDEXED);
            } else {
                break;
            }
            workCount++;
            waiting = unindexed.peek();
        }
        return workCount;
    }

    /** Nothing but its turn is waited for now. */
    private void ready(final Turn turn) {
        if (turn.read.isLong() && longCount == LONG_MAX) {
            longOnes.add(turn);
            return;
        }
        longCount += turn.read.isLong() ? 1 : 0;
        turns.add(turn);
    }

    private void end(final Read read, final Read.Outcome outcome) {
        read.answer(outcome);
        if (read.isLong()) {
            longCount--;
            final Turn next = longOnes.poll();
            if (next != null) {
                ready(new Turn(next.read, clockNs.getAsLong()));
            }
        }
    }

    private boolean isLate(final Turn turn) {
        return clockNs.getAsLong() - turn.sinceNs > REFUSED_AFTER_NS;
    }

    private void step(final Read read) {
        Read.Outcome outcome = Read.Outcome.FAILED;
        boolean isDone = true;
        try {
            lease.needAlso(read.firstSequence());
            isDone = read.read(sources());
            outcome = Read.Outcome.READ;
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            // A bad sector under the mapping is an InternalError, buffers that are used up are an
            // OutOfMemoryError: both end this read and nothing else.
            LOG.error("cannot read a page of the journal", ex);
            BlockCursor.closeQuietly(cursor);
            cursor = null; // where it stands is unknown
            lines.discard();
        } finally {
            renewLease();
        }
        final ByteBuf bytes = read.bytes();
        if (bytes == null) {
            budget.giveBack(read.lengthMax());
        } else {
            read.bytes(budget.counted(bytes, read.lengthMax()));
        }
        if (isDone) {
            end(read, outcome);
        } else {
            turns.add(new Turn(read, clockNs.getAsLong()));
        }
    }

    private void onIdle() {
        if (cursor != null) {
            cursor.letGo();
        }
        if (!holders.isEmpty()) {
            renewLease();
        }
    }

    private void renewLease() {
        long needed = Lease.NONE;
        for (int i = holders.size() - 1; i >= 0; i--) {
            final long sequence = holders.get(i).neededSequence();
            if (sequence == Lease.NONE) {
                holders.remove(i);
            }
            needed = Math.min(needed, sequence);
        }
        lease.need(needed);
    }

    @Override
    public void onClose() {
        turns.forEach(turn -> turn.read.answer(Read.Outcome.FAILED));
        unindexed.forEach(turn -> turn.read.answer(Read.Outcome.FAILED));
        longOnes.forEach(turn -> turn.read.answer(Read.Outcome.FAILED));
        inbox.drain(read -> read.answer(Read.Outcome.FAILED));
        if (cursor != null) {
            cursor.close();
        }
    }

    @Override
    public String roleName() {
        return "history";
    }

    private Sources sources() {
        BlockCursor current = cursor;
        if (current == null) {
            current = new BlockCursor(journal.newReader());
            cursor = current;
        }
        return new Sources(journal, index, current, lines);
    }
}
