package dev.weft.server.query.page;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Gaps;
import dev.weft.server.query.Question;
import dev.weft.server.query.Refusals;
import dev.weft.server.query.Scope;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one page: at most {@code limit} events and {@link #PAGE_LENGTH_MAX} bytes, one event at
 * least. Thread: query.
 */
final class PageQuestion implements Question {
    /** Length at which a page ends before its limit; the cursor says where to go on. */
    static final int PAGE_LENGTH_MAX = 1024 * 1024;

    private static final int INITIAL_LENGTH = 16 * 1024;

    /** Events that cannot be read and that one page passes over. */
    private static final int UNREADABLE_MAX = 1_000;

    private final PageWish wish;
    private final List<Gaps.Gap> unreadable = new ArrayList<>();
    private int unreadableCount;
    private long last; // sequence of the last event looked at, 0 for none
    private long firstSeen; // the first one
    private boolean isOver; // nothing follows it

    PageQuestion(final PageWish wish) {
        this.wish = wish;
    }

    @Override
    public ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final PageCursor cursor = wish.cursor();
        final long oldest = index.oldestSequence();
        if (cursor == null) {
            wish.scope().check(oldest);
        } else {
            check(cursor, oldest);
        }
        final Scope.Range range =
                cursor == null
                        ? wish.scope().range(index, head)
                        : new Scope.Range(cursor.low(), cursor.high());
        final Selection selection = index.select(wish.scope().query(range));
        final long total = selection.count();
        final ByteBuf target = allocator.directBuffer(INITIAL_LENGTH);
        try {
            text(target, "{\"events\":[");
            write(index.reads(), walk(selection), target);
            final long pinned = cursor == null ? head : cursor.head();
            text(
                    target,
                    "],\"total\":"
                            + total
                            + ",\"limit\":"
                            + wish.limit()
                            + ",\"offset\":"
                            + wish.offset()
                            + ",\"head\":"
                            + pinned
                            + ",\"oldest\":"
                            + oldest
                            + ",\"next_cursor\":"
                            + nextCursor(range, pinned)
                            + gaps(index, range)
                            + "}");
            return target;
        } catch (final RuntimeException | Error ex) {
            target.release();
            throw ex;
        }
    }

    /** What comes next must not have been deleted since the page before. */
    private static void check(final PageCursor cursor, final long oldest) {
        final boolean isGone =
                cursor.isAscending() ? cursor.position() + 1 < oldest : cursor.position() <= oldest;
        if (isGone && oldest > 1) {
            throw new ProblemException(Refusals.gone("what this page begins with is gone", oldest));
        }
    }

    private Sequences walk(final Selection selection) {
        final PageCursor cursor = wish.cursor();
        if (wish.isAscending()) {
            return cursor == null
                    ? selection.ascending(wish.offset())
                    : selection.ascendingFrom(cursor.position() + 1);
        }
        return cursor == null
                ? selection.descending(wish.offset())
                : selection.descendingFrom(cursor.position() - 1);
    }

    private void write(final EventReads reads, final Sequences walk, final ByteBuf target) {
        final int begin = target.writerIndex();
        int count = 0;
        long sequence = walk.next();
        while (sequence != Sequences.NONE
                && count < wish.limit()
                && unreadable.size() < Gaps.COUNT_MAX
                && unreadableCount < UNREADABLE_MAX) {
            if (reads.at(sequence)) {
                final BlockFlyweight block = reads.block();
                final int record = reads.index();
                if (count > 0
                        && target.writerIndex() - begin + block.frameLength(record)
                                > PAGE_LENGTH_MAX) {
                    break;
                }
                if (count > 0) {
                    target.writeByte(',');
                }
                wish.writer().write(block, record, target);
                count++;
            } else {
                addUnreadable(sequence);
            }
            last = sequence;
            firstSeen = firstSeen == 0 ? sequence : firstSeen;
            sequence = walk.next();
        }
        isOver = sequence == Sequences.NONE;
    }

    /** Neighbours become one gap. */
    private void addUnreadable(final long sequence) {
        unreadableCount++;
        final int newest = unreadable.size() - 1;
        final Gaps.Gap before = newest < 0 ? null : unreadable.get(newest);
        if (before != null && before.to() + 1 == sequence) {
            unreadable.set(newest, new Gaps.Gap(before.from(), sequence));
        } else if (before != null && sequence + 1 == before.from()) {
            unreadable.set(newest, new Gaps.Gap(sequence, before.to()));
        } else {
            unreadable.add(new Gaps.Gap(sequence, sequence));
        }
    }

    private @Nullable String nextCursor(final Scope.Range range, final long head) {
        if (isOver || last == 0) {
            return null;
        }
        return '"'
                + new PageCursor(
                                wish.scope().hash(),
                                wish.isAscending(),
                                range.low(),
                                range.high(),
                                head,
                                last)
                        .encode()
                + '"';
    }

    /** What is not there between the page before and the next one. */
    private String gaps(final EventIndex index, final Scope.Range range) {
        final PageCursor cursor = wish.cursor();
        final boolean isAscending = wish.isAscending();
        final long begin;
        if (cursor != null) {
            begin = isAscending ? cursor.position() + 1 : cursor.position() - 1;
        } else if (wish.offset() > 0) {
            begin = firstSeen;
        } else {
            begin = isAscending ? range.low() + 1 : range.high();
        }
        final long end = isOver ? isAscending ? range.high() : range.low() + 1 : last;
        if (begin == 0 || (isAscending ? begin > end : begin < end)) {
            return ""; // the range is empty, or all of it was passed over by the offset
        }
        final List<Gaps.Gap> gaps =
                new ArrayList<>(Gaps.ascending(index, Math.min(begin, end), Math.max(begin, end)));
        gaps.addAll(unreadable);
        gaps.sort(Comparator.comparingLong(Gaps.Gap::from));
        return gaps.isEmpty() ? "" : ",\"gaps\":" + gaps;
    }

    private static void text(final ByteBuf target, final String text) {
        target.writeBytes(text.getBytes(US_ASCII));
    }
}
