package dev.weft.server.sequencer;

import dev.weft.protocol.Limits;
import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockEncoder;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalException;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.runtime.Signal;
import dev.weft.server.runtime.WriterAgent;
import dev.weft.server.sequencer.PendingAppend.Status;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Appends what was published, in one order: the only writer of sequences, of the journal and of the
 * ring. One duty cycle takes what waits (up to a bound), looks for duplicates, gives sequence and
 * time, encodes one block straight into the ring's memory, appends it to the journal, shows it to
 * the fan-out, and answers the publishes; durable ones are answered by the {@link ForceAgent}.
 *
 * <p>It uses its {@link OrderedSource} and the journal's end, nothing else: the same input gives
 * the same journal. Thread: loop 0 (mode shared) or {@code weft-seq} (mode dedicated).
 */
public final class Sequencer implements WriterAgent {
    /** Bytes that end a batch: what one duty cycle adds to the latency of everything behind it. */
    static final int BATCH_LENGTH_MAX = 256 * 1024;

    /** Longest block there can be: one array of the greatest length, alone in its batch. */
    public static final int BLOCK_LENGTH_BOUND =
            BlockEncoder.lengthBound(
                    Limits.ARRAY_EVENTS_MAX,
                    Limits.ARRAY_LENGTH_MAX
                            + Limits.ARRAY_EVENTS_MAX * PendingAppend.RECORD_OVERHEAD_MAX);

    static {
        if (BLOCK_LENGTH_BOUND > BlockDescriptor.BLOCK_LENGTH_MAX) {
            throw new ExceptionInInitializerError("longest publish does not fit into a block");
        }
    }

    private static final int BATCH_COUNT_MAX = BlockDescriptor.BLOCK_RECORDS_MAX;

    private final OrderedSource source;
    private final Journal journal;
    private final BlockRing ring;
    private final CallerIds ids;
    private final Preconditions preconditions = new Preconditions();
    private final ForceAgent forcing;
    private final Signals signals;
    private final SequencerCounters counters;
    private final BlockEncoder encoder = new BlockEncoder();

    // The batch of this duty cycle; kept for the next one while the journal is not ready for it.
    private final @Nullable PendingAppend[] batch = new PendingAppend[BATCH_COUNT_MAX];
    private int batchCount;
    private int recordCount;
    private int preparedLength;

    private long lastTimestamp;

    /** Whom a duty cycle wakes. */
    public record Signals(Signal self, Signal fanout, Signal house, Signal force) {}

    /** Continues the journal where it ends. */
    public Sequencer(
            final OrderedSource source,
            final Journal journal,
            final BlockRing ring,
            final DuplicateWindow window,
            final ForceAgent forcing,
            final Signals signals,
            final SequencerCounters counters) {
        this.source = source;
        this.journal = journal;
        this.ring = ring;
        ids = new CallerIds(window);
        this.forcing = forcing;
        this.signals = signals;
        this.counters = counters;
        lastTimestamp = journal.lastTimestamp();
    }

    @Override
    public String roleName() {
        return "weft-seq";
    }

    /** Whether an accepted publish waits in here for the journal. Thread: the sequencer's. */
    public boolean isIdle() {
        return batchCount == 0;
    }

    @Override
    public int doWork() {
        if (batchCount == 0 && gather() == 0) {
            return 0;
        }
        final int lengthBound = BlockEncoder.lengthBound(recordCount, preparedLength);
        final long time = Math.max(source.timeUs(), lastTimestamp + 1);
        final int outcome = journal.admit(lengthBound, recordCount, time);
        if (outcome == Journal.BACK_PRESSURED) {
            signals.house().signal(); // it wakes us when there is room
            return 0;
        }
        final int workCount = recordCount;
        if (outcome == Journal.APPENDED) {
            append(lengthBound, time);
        } else {
            complete(refusal(outcome));
        }
        batchCount = 0;
        if (source.peek() != null) {
            signals.self().signal(); // the rest waits until the I/O of this loop had its turn
        }
        return workCount;
    }

    /** Takes publishes until one more would exceed the bound; an oversized one is taken alone. */
    private int gather() {
        int count = 0;
        int records = 0;
        int length = 0;
        PendingAppend pending = source.peek();
        while (pending != null) {
            if (isSeriesBroken(pending)) {
                source.poll();
                counters.onRefused(Status.SERIES_BROKEN, pending.count());
                pending.complete(Status.SERIES_BROKEN);
                pending = source.peek();
                continue;
            }
            records += pending.count();
            length += pending.length();
            if (count > 0
                    && (records > BATCH_COUNT_MAX
                            || BlockEncoder.lengthBound(records, length) > BATCH_LENGTH_MAX)) {
                records -= pending.count();
                length -= pending.length();
                break;
            }
            batch[count++] = pending;
            source.poll();
            pending = count == BATCH_COUNT_MAX ? null : source.peek();
        }
        batchCount = count;
        recordCount = records;
        preparedLength = length;
        return count;
    }

    private static boolean isSeriesBroken(final PendingAppend pending) {
        final AppendSeries series = pending.series();
        return series != null && series.isBroken();
    }

    private void append(final int lengthBound, final long time) {
        final long first = journal.nextSequence();
        final int count = number(first, time);
        if (count > 0) {
            final int offset = ring.claim(lengthBound);
            final MutableDirectBuffer buffer = ring.buffer();
            final int length = encode(buffer, offset, count, first, time);
            final int outcome = journal.append(buffer, offset, length);
            if (outcome != Journal.APPENDED) { // failed since it was admitted
                takeBack(first);
                complete(refusal(outcome));
                return;
            }
            lastTimestamp = time + count - 1;
            ring.commit(length, first, first + count - 1);
            counters.onBlock(count, length);
            signals.fanout().signal();
            if (journal.needsHousekeeping()) { // now, not when a batch has to wait for it
                signals.house().signal();
            }
            if (journal.hasFinishedFiles()) { // once an hour
                signals.force().signal();
            }
        }
        complete(Status.APPENDED);
    }

    /**
     * Gives every event of the batch its sequence, or that of the event it repeats. What must not
     * be appended after what stands before it is left out.
     */
    private int number(final long first, final long time) {
        long next = first;
        for (int i = 0; i < batchCount; i++) {
            final PendingAppend pending = pending(i);
            if (isLeftOut(pending)) {
                continue;
            }
            final long before = next;
            for (int j = 0; j < pending.count(); j++) {
                final long earlier = ids.remember(pending, j, next);
                pending.sequence(j, earlier == DuplicateWindow.ABSENT ? next++ : earlier);
            }
            final int added = (int) (next - before);
            final int duplicates = pending.count() - added;
            if (added > 0) {
                pending.appended(before, next - 1, time + (before - first), duplicates);
                preconditions.note(pending, next - 1);
            } else {
                pending.appended(0, 0, 0, duplicates);
            }
        }
        return (int) (next - first);
    }

    private boolean isLeftOut(final PendingAppend pending) {
        if (isSeriesBroken(pending)) { // by one before it in this batch
            pending.leaveOut(Status.SERIES_BROKEN);
        } else if (!preconditions.holds(pending.precondition())) {
            pending.leaveOut(Status.CONFLICT);
            final AppendSeries series = pending.series();
            if (series != null) {
                series.onRefused();
            }
        }
        return pending.isLeftOut();
    }

    /** Forgets what was noted about a batch that the journal did not take. */
    private void takeBack(final long first) {
        ids.forgetFrom(first);
        for (int i = batchCount - 1; i >= 0; i--) { // the last note of a slot first
            final PendingAppend pending = pending(i);
            if (!pending.isLeftOut() && pending.firstSequence() > 0) {
                preconditions.takeBack(pending);
            }
        }
    }

    private int encode(
            final MutableDirectBuffer target,
            final int offset,
            final int count,
            final long first,
            final long time) {
        encoder.begin(target, offset, count, first, time);
        long next = first;
        for (int i = 0; i < batchCount; i++) {
            final PendingAppend pending = pending(i);
            for (int j = 0; j < pending.count() && !pending.isLeftOut(); j++) {
                if (pending.sequence(j) == next) { // a duplicate has one before it
                    encoder.append(pending.buffer(), pending.recordOffset(j), pending.recordEnd(j));
                    next++;
                }
            }
        }
        return encoder.end();
    }

    /** Answers the batch. A publish may be reused by its owner as soon as it was told. */
    private void complete(final Status status) {
        final long nowNs = System.nanoTime();
        boolean forced = false;
        for (int i = 0; i < batchCount; i++) {
            final PendingAppend pending = pending(i);
            batch[i] = null;
            final Status refusal = refusal(pending, status);
            if (refusal != Status.APPENDED) {
                refuse(pending, refusal);
                continue;
            }
            counters.onAppended(nowNs - pending.admittedNs());
            if (pending.duplicateCount() > 0) {
                counters.onDuplicates(pending.duplicateCount());
            }
            if (!pending.isDurable()) {
                pending.complete(Status.APPENDED);
            } else if (forcing.offer(pending)) {
                forced = true;
            } else { // it is in the journal, but nobody will force it for this publish
                counters.onRefused(Status.NOT_DURABLE, pending.count());
                pending.complete(Status.NOT_DURABLE);
            }
        }
        if (forced) {
            signals.force().signal();
        }
    }

    /** How a publish of the batch ends: as the batch does, unless it is left out or repeats. */
    private Status refusal(final PendingAppend pending, final Status ofBatch) {
        final Status leftOut = pending.leftOutBecause();
        if (leftOut != null) {
            return leftOut;
        }
        if (ofBatch != Status.DISK_FULL) {
            return ofBatch;
        }
        if (isSeriesBroken(pending)) {
            return Status.DISK_FULL;
        }
        if (!preconditions.holds(pending.precondition())) {
            return Status.CONFLICT;
        }
        return ids.isOnlyRepeated(pending) ? Status.APPENDED : Status.DISK_FULL;
    }

    private void refuse(final PendingAppend pending, final Status status) {
        final AppendSeries series = pending.series();
        if (series != null) {
            series.onRefused();
        }
        counters.onRefused(status, pending.count());
        pending.complete(status);
    }

    private PendingAppend pending(final int index) {
        final PendingAppend pending = batch[index];
        if (pending == null) {
            throw new IllegalStateException("batch has a hole: index=" + index);
        }
        return pending;
    }

    private static Status refusal(final int outcome) {
        return switch (outcome) {
            case Journal.DISK_FULL -> Status.DISK_FULL;
            case Journal.FAILED -> Status.FAILED;
            default ->
                    throw new JournalException(
                            true, "journal refused what it had admitted: outcome=" + outcome);
        };
    }
}
