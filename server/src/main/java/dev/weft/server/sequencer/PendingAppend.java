package dev.weft.server.sequencer;

import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One publish, prepared: all of its events as bytes, waiting for their sequences. It is appended
 * whole, in one block, or not at all. Filled by ingest, then owned by the sequencer until {@link
 * Completion#onCompleted}, then by ingest again; reused, so the steady state allocates nothing.
 *
 * <p>Each event is a prepared record: {@link RecordDescriptor#LENGTH} bytes of descriptor in which
 * {@code frameOffset}, {@code frameLength}, {@code timestamp} and {@code bodyOffset} are still
 * open, then the body without its closing braces, with {@link RecordDescriptor#TIMESTAMP_DIGITS}
 * placeholder digits for {@code ts}. {@link #appendRecord} notes where one ends.
 */
public final class PendingAppend {
    /** How an append ended. */
    public enum Status {
        /** Not answered yet. */
        PENDING,
        /** In the mapped file, and forced to disk if that was asked for. */
        APPENDED,
        /** No space on the disk; nothing was appended. */
        DISK_FULL,
        /** The journal takes nothing any more; nothing was appended. */
        FAILED,
        /**
         * It is appended but could not be forced to disk: whether it survives a power cut is
         * unknown.
         */
        NOT_DURABLE,
        /** An earlier append of its series was refused; nothing was appended. */
        SERIES_BROKEN,
        /** Its {@link Precondition} does not hold; nothing was appended. */
        CONFLICT,
        /**
         * The queue to the sequencer or to the forcing thread is full, or the server is stopping.
         */
        BACK_PRESSURED
    }

    /**
     * Told once per append. Thread: the sequencer's or the forcing one; it must only hand over,
     * never work.
     */
    @FunctionalInterface
    public interface Completion {
        void onCompleted(PendingAppend pending);
    }

    /**
     * Most bytes by which a prepared record can be longer than the event as published: its
     * descriptor, the members that the server adds, and white space that separated events.
     */
    static final int RECORD_OVERHEAD_MAX = 512;

    private static final int INITIAL_LENGTH = 4 * 1024;
    private static final int INITIAL_COUNT = 4;

    private final Completion completion;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(INITIAL_LENGTH);
    private int[] ends = new int[INITIAL_COUNT];
    private int count;
    private boolean durable;
    private @Nullable AppendSeries series;
    private @Nullable Precondition precondition;

    private Status status = Status.PENDING;
    private long[] sequences = new long[INITIAL_COUNT];
    private long firstSequence;
    private long lastSequence;
    private long timestamp;
    private int duplicateCount;
    private long admittedNs;
    private @Nullable Status leftOutBecause; // while its batch is not answered
    private long slotBefore; // of the precondition, in case the journal does not take the batch

    public PendingAppend(final Completion completion) {
        this.completion = completion;
    }

    /** Makes it empty for the next publish. Thread: ingest. */
    public void reset(final boolean durable) {
        this.durable = durable;
        series = null;
        precondition = null;
        count = 0;
        duplicateCount = 0;
        firstSequence = 0;
        lastSequence = 0;
        timestamp = 0;
        status = Status.PENDING;
        leftOutBecause = null;
    }

    /** Where ingest writes the next prepared record, from {@link #length()} on. */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /** Takes the record that lies from {@link #length()} to {@code end}. */
    public void appendRecord(final int end) {
        if (count == ends.length) {
            ends = java.util.Arrays.copyOf(ends, count * 2);
            sequences = new long[count * 2];
        }
        ends[count++] = end;
    }

    /** Bytes of all prepared records. */
    public int length() {
        return count == 0 ? 0 : ends[count - 1];
    }

    public int count() {
        return count;
    }

    public int recordOffset(final int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    public int recordEnd(final int index) {
        return ends[index];
    }

    /** Whether the answer waits until it is forced to disk. */
    public boolean isDurable() {
        return durable;
    }

    /** Makes it one of a series, in the order in which they are offered. Thread: ingest. */
    public void series(final AppendSeries newSeries) {
        series = newSeries;
    }

    /** What it is one of, null if it stands alone. */
    @Nullable AppendSeries series() {
        return series;
    }

    /** Makes it depend on what is appended before it. Thread: ingest. */
    public void precondition(final Precondition newPrecondition) {
        precondition = newPrecondition;
    }

    /** What has to hold for it to be appended, null if it is appended in any case. */
    @Nullable Precondition precondition() {
        return precondition;
    }

    public Status status() {
        return status;
    }

    /** Sequence of one event: its own, or that of the first event with the same caller's id. */
    public long sequence(final int index) {
        return sequences[index];
    }

    /** First sequence that this publish added, 0 when every event was a duplicate. */
    public long firstSequence() {
        return firstSequence;
    }

    /** Last sequence that this publish added, 0 when every event was a duplicate. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Time of the first event that this publish added; each further one is a microsecond later. */
    public long timestamp() {
        return timestamp;
    }

    /**
     * Events that were already in the journal under the same caller's id, or twice in this publish.
     */
    public int duplicateCount() {
        return duplicateCount;
    }

    /** {@link System#nanoTime} when ingest handed it over, for the latency histograms. */
    public long admittedNs() {
        return admittedNs;
    }

    public void admittedNs(final long nanoTime) {
        admittedNs = nanoTime;
    }

    /** Leaves it out of its batch; its owner is told later, with the others. */
    void leaveOut(final Status reason) {
        leftOutBecause = reason;
    }

    /** Why it was left out of its batch, null if it was not. */
    @Nullable Status leftOutBecause() {
        return leftOutBecause;
    }

    boolean isLeftOut() {
        return leftOutBecause != null;
    }

    void slotBefore(final long sequence) {
        slotBefore = sequence;
    }

    long slotBefore() {
        return slotBefore;
    }

    void sequence(final int index, final long sequence) {
        sequences[index] = sequence;
    }

    void appended(
            final long first, final long last, final long firstTimestamp, final int duplicates) {
        firstSequence = first;
        lastSequence = last;
        timestamp = firstTimestamp;
        duplicateCount = duplicates;
    }

    /** Ends it. Also for whoever has to refuse it before the sequencer saw it. */
    public void complete(final Status outcome) {
        status = outcome;
        leftOutBecause = null;
        completion.onCompleted(this);
    }
}
