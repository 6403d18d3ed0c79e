package dev.weft.server.query.export;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Gaps;
import dev.weft.server.query.History;
import dev.weft.server.query.ItemWriter;
import dev.weft.server.query.Scope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The events that the index finds, in either order, whole or trimmed. What cannot be had is told in
 * its place. Thread: query.
 */
final class SelectedLines implements LineSource {
    /** Events of one step: each may be a read somewhere else in the journal. */
    private static final int STEP_COUNT_MAX = 256;

    private final EventIndex events;
    private final boolean isAscending;
    private final ItemWriter writer;
    private final Sequences walk;
    private final Deque<Gaps.Gap> gaps = new ArrayDeque<>(); // the next ones
    private final ByteBuf scratch = Unpooled.buffer();
    private long next;
    private long position; // last sequence that was answered, or where it began
    private long oldest; // sequence, as last looked at
    private final long low; // exclusive
    private final long high; // inclusive
    private long gapsFrom; // where the gaps that are not yet known begin

    SelectedLines(
            final ExportWish wish,
            final EventIndex index,
            final Selection selection,
            final Scope.Range range) {
        events = index;
        isAscending = wish.isAscending();
        writer = wish.writer();
        walk = isAscending ? selection.ascending(0) : selection.descending(0);
        oldest = index.oldestSequence();
        low = Math.max(range.low(), oldest - 1);
        high = range.high();
        position = isAscending ? low : high + 1;
        gapsFrom = isAscending ? low + 1 : high;
        findGaps();
        next = walk.next();
    }

    @Override
    public long read(final History.Sources sources, final long countMax) {
        final Batch lines = sources.lines();
        final EventReads reads = sources.index().reads();
        tellDeleted(sources.index().oldestSequence(), lines);
        int count = 0;
        while (next != Sequences.NONE
                && count < Math.min(countMax, STEP_COUNT_MAX)
                && lines.length() < ExportRead.CHUNK_LENGTH
                && tellGaps(next, lines)) {
            if (reads.at(next)) {
                write(reads.block(), reads.index(), lines);
            } else {
                lines.append(ControlFrames.gap(Framing.NDJSON, next, next, oldest));
            }
            position = next;
            count++;
            next = walk.next();
        }
        if (next == Sequences.NONE) {
            tellGaps(isAscending ? Long.MAX_VALUE : 0, lines);
        }
        return count;
    }

    @Override
    public long nextSequence() {
        if (next == Sequences.NONE) {
            return gaps.isEmpty() ? OVER : low + 1;
        }
        return isAscending ? next : low + 1;
    }

    private void write(final BlockFlyweight block, final int index, final Batch lines) {
        if (writer == ItemWriter.ENVELOPE) {
            lines.append(block, index, index + 1, Integer.MAX_VALUE, Batch.ALWAYS);
            return;
        }
        scratch.clear();
        writer.write(block, index, scratch);
        scratch.writeByte('\n');
        lines.append(ByteBufUtil.getBytes(scratch));
    }

    /** Retention went on although this export holds a lease: it took too long. */
    private void tellDeleted(final long oldestNow, final Batch lines) {
        if (oldestNow <= oldest) {
            return;
        }
        final long from = isAscending ? position + 1 : Math.max(low + 1, oldest);
        final long to = Math.min(oldestNow - 1, isAscending ? high : position - 1);
        if (from <= to) {
            lines.append(ControlFrames.gap(Framing.NDJSON, from, to, oldestNow));
            position = isAscending ? to : position;
        }
        oldest = oldestNow;
        while (next != Sequences.NONE && next < oldest) {
            next = walk.next();
        }
    }

    /** What is missing between the last line and a sequence; false if that is too long for now. */
    private boolean tellGaps(final long sequence, final Batch lines) {
        Gaps.Gap gap = gaps.peek();
        while (gap != null && (isAscending ? gap.to() < sequence : gap.from() > sequence)) {
            if (lines.length() >= ExportRead.CHUNK_LENGTH) {
                return false;
            }
            if (gap.to() >= oldest) {
                lines.append(ControlFrames.gap(Framing.NDJSON, gap.from(), gap.to(), oldest));
            }
            gaps.poll();
            if (gaps.isEmpty()) {
                findGaps();
            }
            gap = gaps.peek();
        }
        return true;
    }

    /** Looks for those behind the ones that are known; some at a time. */
    private void findGaps() {
        gaps.addAll(
                isAscending
                        ? Gaps.ascending(events, gapsFrom, high)
                        : Gaps.descending(events, low + 1, gapsFrom));
        final Gaps.Gap last = gaps.peekLast();
        if (last != null) {
            gapsFrom = isAscending ? last.to() + 1 : last.from() - 1;
        }
    }
}
