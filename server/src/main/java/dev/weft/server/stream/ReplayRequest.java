package dev.weft.server.stream;

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
 * {@link CatchUp#offer} on to the replay thread, and from {@link StreamLoop#onReplayed} on to the
 * I/O loop again; the queues between them order the accesses. Only {@link #isCancelled} and {@link
 * #isStartTaken} are looked at from both sides at once. One per subscriber that catches up, used
 * again for each chunk.
 */
final class ReplayRequest {
    final Subscriber subscriber;
    final StreamLoop loop;
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

    /**
     * Time of the last event that was looked at, in microseconds since the epoch; negative before.
     */
    long timestamp = -1;

    int eventCount;

    /** Number of the chunk's last event in the filter's ending. */
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

    ReplayRequest(
            final Subscriber subscriber,
            final StreamLoop loop,
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

    void takeStart() {
        if (!startTaken) {
            startTaken = true;
        }
    }

    boolean isStartTaken() {
        return startTaken;
    }

    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Frees the chunk of a subscriber that is gone. */
    void discard() {
        final ByteBuf unsent = chunk;
        chunk = null;
        if (unsent != null) {
            unsent.release();
        }
    }
}
