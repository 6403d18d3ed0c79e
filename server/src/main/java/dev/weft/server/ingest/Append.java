package dev.weft.server.ingest;

import dev.weft.protocol.event.EventParser;
import dev.weft.server.sequencer.PendingAppend;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A pooled {@link PendingAppend} and whom to tell its outcome. Thread: its loop, but for {@link
 * #onCompleted}.
 */
final class Append implements PendingAppend.Completion {
    /** Told on the loop. */
    interface Owner {
        void onOutcome(Append append);
    }

    private final IngestLoop loop;
    private final PendingAppend pending = new PendingAppend(this);
    private @Nullable Owner owner;
    private long firstLine;

    Append(final IngestLoop loop) {
        this.loop = loop;
    }

    void begin(final Owner newOwner, final boolean durable) {
        owner = newOwner;
        pending.reset(durable);
    }

    void end() {
        owner = null;
    }

    /**
     * Bytes that count against what its loop may keep. Small ones do not: their number bounds them.
     */
    int countedLength() {
        final int capacity = pending.buffer().capacity();
        return capacity <= IngestLoop.SMALL_LENGTH_MAX ? 0 : capacity;
    }

    PendingAppend pending() {
        return pending;
    }

    /** Line of NDJSON that the first event stood on. */
    long firstLine() {
        return firstLine;
    }

    void firstLine(final long line) {
        firstLine = line;
    }

    /**
     * Parses one event behind those that are already here.
     *
     * @param length bytes that it can have.
     * @param alone whether nothing but white space may follow it.
     * @return false if it was refused; the parser knows why, and this is as before.
     */
    boolean parse(final EventParser parser, final int from, final int length, final boolean alone) {
        final int at = pending.length();
        final MutableDirectBuffer buffer = pending.buffer();
        final int before = countedLength();
        buffer.checkLimit(at + EventParser.recordLengthMax(length));
        loop.onPrepared(countedLength() - before);
        final byte[] target = buffer.byteArray();
        final int end = alone ? parser.parseOnly(from, target, at) : parser.parse(from, target, at);
        if (end == EventParser.FAILED) {
            return false;
        }
        pending.appendRecord(end);
        return true;
    }

    /** Thread: the sequencer's or the forcing one. */
    @Override
    public void onCompleted(final PendingAppend completed) {
        loop.handBack(this);
    }

    /** Thread: the loop. */
    void tellOwner() {
        Objects.requireNonNull(owner).onOutcome(this);
    }
}
