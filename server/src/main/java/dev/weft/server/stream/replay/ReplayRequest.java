package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import dev.weft.server.journal.Lease;
import dev.weft.server.stream.subscription.Start;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's wish to read on in the journal, and the answer. It belongs to the I/O loop, from
 * {@link CatchUp#offer} on to the replay thread, and from {@link ReplayLoop#onReplayed} on to the
 * I/O loop again; the queues between them order the accesses. Only {@link #isCancelled} and {@link
 * #isStartTaken} are looked at from both sides at once. One per subscriber that catches up, used
 * again for each chunk. The public methods are the loop's.
 */
public final class ReplayRequest {
    private final Behind subscriber;
    final ReplayLoop loop;
    final Filter filter;
    final Framing framing;
    final boolean chunked;

    /** Looks for what is newest, or null for a subscriber that gets everything. */
    final @Nullable ConflatedRead conflated;

    /** A start that is still to be resolved into {@link #cursor}, or null. */
    @Nullable Start start;

    /** First sequence wanted; moved by the replay thread over all that it looked at. */
    long cursor;

    /** Last sequence that may be read: what the loop's fan-out has handed out. */
    long limit;

    /** What was read, or null if nothing passed the filter. */
    @Nullable ByteBuf chunk;

    long timestamp = -1;

    int eventCount;

    int end = Ending.NONE;

    boolean hasFailed;

    /** Length of the chunk before, to begin the next one with. */
    int lengthHint;

    /** Of that, what was copied although slices were wanted. */
    int copiedHint;

    /** Of {@link Start.Kind#LAST} with a filter: the scan backwards, or null before it began. */
    @Nullable LastMatches lastMatches;

    /** Of a start: what it was resolved to. Replay thread only. */
    long resolvedTo = Lease.NONE;

    /** Set by the loop when it has a lease on what the start was resolved to. */
    private volatile boolean startTaken;

    /** Set by the loop when the subscriber is gone; the replay thread then drops the request. */
    private volatile boolean cancelled;

    /**
     * Makes one that nothing was asked for yet.
     *
     * @param subscriber who gets the answers.
     */
    public ReplayRequest(
            final Behind subscriber,
            final ReplayLoop loop,
            final Filter filter,
            final Framing framing,
            final boolean chunked,
            final Policy policy) {
        this.subscriber = subscriber;
        this.loop = loop;
        this.filter = filter;
        this.framing = framing;
        this.chunked = chunked;
        conflated = policy.isAll() ? null : new ConflatedRead(policy);
    }

    /**
     * What is wanted next.
     *
     * @param nextStart that is still to be resolved, or null.
     * @param from first sequence wanted.
     */
    public void want(final @Nullable Start nextStart, final long from) {
        start = nextStart;
        cursor = from;
    }

    /** Up to where. */
    public void limit(final long last) {
        limit = last;
    }

    /** First sequence that is wanted, or was not looked at. */
    public long cursor() {
        return cursor;
    }

    /** Hands the answer to the subscriber, whose loop has a lease on its start by now. */
    public void answer() {
        if (!startTaken) {
            startTaken = true;
        }
        subscriber.onReplayed(this);
    }

    /** What was read, once; null if nothing passed the filter. */
    public @Nullable ByteBuf takeChunk() {
        final ByteBuf read = chunk;
        chunk = null;
        return read;
    }

    public boolean hasFailed() {
        return hasFailed;
    }

    /** Whether the newest events up to the limit were all read, of one that wants only those. */
    public boolean isStretchThrough() {
        return conflated != null && conflated.isThrough(this);
    }

    /** Number of the chunk's last event in the filter's ending. */
    public int end() {
        return end;
    }

    /**
     * Time of the last event that was looked at, in microseconds since the epoch; negative before.
     */
    public long timestamp() {
        return timestamp;
    }

    /** Events in the chunk. */
    public int eventCount() {
        return eventCount;
    }

    boolean isStartTaken() {
        return startTaken;
    }

    /** The subscriber is gone. */
    public void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Frees the chunk of a subscriber that is gone. */
    void discard() {
        final ByteBuf unsent = takeChunk();
        if (unsent != null) {
            unsent.release();
        }
    }
}
