package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Question;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Reads a page of a session: {@code {"items":[…],"pagination":{…}}}. For one request. */
final class SessionQuestion implements Question {
    /** Longest page; who wants longer events asks for fewer of them at a time. */
    static final int LENGTH_MAX = 16 * 1024 * 1024;

    private static final int INITIAL_LENGTH = 16 * 1024;

    private final SessionWish wish;

    SessionQuestion(final SessionWish wish) {
        this.wish = wish;
    }

    @Override
    public ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Selection selection = index.select(wish.wanted().upTo(head));
        final long total = selection.count();
        if (total == 0) {
            check(index, wish, head);
        }
        final long offset =
                wish.page() - 1 > total / wish.perPage()
                        ? total // behind the last page, however far
                        : (wish.page() - 1) * wish.perPage();
        final ByteBuf target = allocator.directBuffer(INITIAL_LENGTH);
        try {
            text(target, "{\"items\":[");
            if (offset < total) {
                items(index.reads(), selection.descending(offset), target);
            }
            pagination(total, target);
            return target;
        } catch (final RuntimeException | Error ex) {
            target.release();
            throw ex;
        }
    }

    /**
     * Refuses a session of which there is nothing.
     *
     * @throws ProblemException 404.
     */
    static void check(final EventIndex index, final SessionWish wish, final long head) {
        if (index.select(wish.whole().upTo(head)).count() == 0) {
            throw new ProblemException(
                    new Problem(404, "Session not found: " + wish.session().asked()));
        }
    }

    private void items(final EventReads reads, final Sequences sequences, final ByteBuf target) {
        final SessionItem item = new SessionItem();
        int count = 0;
        while (count < wish.perPage()) {
            final long sequence = sequences.next();
            if (sequence == Sequences.NONE) {
                return;
            }
            if (!reads.at(sequence)) {
                continue; // damaged, or deleted this moment
            }
            if (count > 0) {
                target.writeByte(',');
            }
            item.write(reads.block(), reads.index(), wish.session(), target);
            if (target.readableBytes() > LENGTH_MAX) {
                throw new ProblemException(
                        new Problem(
                                400,
                                "per_page: this page would have more than "
                                        + LENGTH_MAX
                                        + " bytes; ask for fewer events at a time"));
            }
            count++;
        }
    }

    private void pagination(final long total, final ByteBuf target) {
        final long pages = (total + wish.perPage() - 1) / wish.perPage();
        text(
                target,
                "],\"pagination\":{\"page\":"
                        + wish.page()
                        + ",\"per_page\":"
                        + wish.perPage()
                        + ",\"total\":"
                        + total
                        + ",\"total_pages\":"
                        + pages
                        + ",\"has_next\":"
                        + (wish.page() < pages)
                        + ",\"has_prev\":"
                        + (wish.page() > 1)
                        + "}}");
    }

    private static void text(final ByteBuf target, final String ascii) {
        target.writeCharSequence(ascii, StandardCharsets.US_ASCII);
    }
}
