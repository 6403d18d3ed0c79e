package dev.weft.server.aggregate;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Question;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Reads the newest events of one aggregate, newest first: {@code {"events":[…]}}. {@code
 * aggregate_version} counts the aggregate's events, from 1 for the oldest that there is. For one
 * request.
 */
final class AggregateQuestion implements Question {
    /** Longest answer; who wants longer events asks for fewer of them. */
    static final int LENGTH_MAX = 16 * 1024 * 1024;

    private static final int INITIAL_LENGTH = 16 * 1024;

    private final String subject;
    private final int limit;

    AggregateQuestion(final String subject, final int limit) {
        this.subject = subject;
        this.limit = limit;
    }

    @Override
    public ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Selection selection =
                index.select(EventQuery.ALL.where(IndexField.SUBJECT, subject).upTo(head));
        final ByteBuf target = allocator.directBuffer(INITIAL_LENGTH);
        try {
            text(target, "{\"events\":[");
            events(index.reads(), selection, target);
            text(target, "]}");
            return target;
        } catch (final RuntimeException | Error ex) {
            target.release();
            throw ex;
        }
    }

    private void events(final EventReads reads, final Selection selection, final ByteBuf target) {
        final AggregateItem item = new AggregateItem();
        final Sequences sequences = selection.descending(0);
        long version = selection.count();
        int count = 0;
        while (count < limit) {
            final long sequence = sequences.next();
            if (sequence == Sequences.NONE) {
                return;
            }
            final long itsVersion = version--;
            if (!reads.at(sequence)) {
                continue; // damaged, or deleted this moment
            }
            text(target, count == 0 ? "{" : ",{");
            item.write(reads.block(), reads.index(), target);
            text(target, ",\"aggregate_version\":" + itsVersion + ",\"user_id\":null}");
            if (target.readableBytes() > LENGTH_MAX) {
                throw new ProblemException(
                        new Problem(
                                400,
                                "limit: this answer would have more than "
                                        + LENGTH_MAX
                                        + " bytes; ask for fewer events at a time"));
            }
            count++;
        }
    }

    private static void text(final ByteBuf target, final String ascii) {
        target.writeCharSequence(ascii, StandardCharsets.US_ASCII);
    }
}
