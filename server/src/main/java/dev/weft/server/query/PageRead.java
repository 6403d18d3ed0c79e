package dev.weft.server.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.http.Exchange;
import dev.weft.server.journal.Journal;
import dev.weft.server.stream.BlockCursor;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page in ascending order: at most {@code limit} events and {@link #PAGE_LENGTH_MAX}
 * bytes, one event at least. Handed from the loop to the query thread and back.
 */
final class PageRead implements History.Read {
    /** Length at which a page ends before its limit; {@code next_after} says where to go on. */
    static final int PAGE_LENGTH_MAX = 1024 * 1024;

    private static final int INITIAL_LENGTH = 16 * 1024;

    private final Exchange exchange;
    private final long after;
    private final boolean isFromStart;
    private final int limit;
    private final ConnectionReads reads;
    private @Nullable ByteBuf page;
    private long goneBelow; // the oldest sequence, if what follows "after" is gone

    /**
     * Makes the read.
     *
     * @param after sequence before the first one wanted, or -1 to begin with the oldest there is.
     */
    PageRead(final Exchange exchange, final long after, final int limit) {
        this.exchange = exchange;
        this.reads = ConnectionReads.of(exchange.channel());
        this.isFromStart = after < 0;
        this.after = Math.max(0, after);
        this.limit = limit;
    }

    @Override
    public long firstSequence() {
        return after == Long.MAX_VALUE ? after : after + 1;
    }

    @Override
    public void read(final Journal journal, final BlockCursor cursor) {
        final long head = journal.appendedSequence();
        final long oldest = journal.oldestSequence();
        if (isGone(oldest)) {
            goneBelow = oldest;
            return;
        }
        final ByteBuf target = exchange.channel().alloc().directBuffer(INITIAL_LENGTH);
        page = target;
        text(target, "{\"events\":[");
        final StringBuilder gaps = new StringBuilder();
        long next = isFromStart ? Math.max(1, oldest) : firstSequence();
        int count = 0;
        boolean isFull = false;
        while (next <= head && count < limit && !isFull) {
            final int at = cursor.at(next);
            if (at == BlockCursor.END) {
                break;
            }
            if (at == BlockCursor.GAP) {
                final long to = Math.min(head, cursor.gapTo());
                gaps.append(gaps.isEmpty() ? "" : ",")
                        .append("{\"from\":")
                        .append(next)
                        .append(",\"to\":")
                        .append(to)
                        .append('}');
                next = cursor.gapTo() + 1;
                continue;
            }
            final BlockFlyweight block = cursor.block();
            final int end = (int) Math.min(block.count(), head - block.firstSequence() + 1);
            for (int i = (int) (next - block.firstSequence()); i < end && count < limit; i++) {
                if (count > 0
                        && target.readableBytes() + Envelopes.length(block, i) > PAGE_LENGTH_MAX) {
                    isFull = true;
                    break;
                }
                if (count > 0) {
                    target.writeByte(',');
                }
                Envelopes.append(block, i, target);
                count++;
                next++;
            }
        }
        text(
                target,
                "],\"limit\":"
                        + limit
                        + ",\"head\":"
                        + head
                        + ",\"oldest\":"
                        + oldest
                        + ",\"next_after\":"
                        + Math.max(after, next - 1)
                        + (gaps.isEmpty() ? "" : ",\"gaps\":[" + gaps + "]")
                        + "}");
        if (isGone(journal.oldestSequence())) { // meanwhile, in spite of the lease
            discard();
            goneBelow = journal.oldestSequence();
        }
    }

    private boolean isGone(final long oldest) {
        return after > 0 && firstSequence() < oldest;
    }

    @Override
    public @Nullable ByteBuf bytes() {
        return page;
    }

    @Override
    public void bytes(final ByteBuf counted) {
        page = counted;
    }

    @Override
    public void answer(final Outcome outcome) {
        try {
            exchange.eventLoop().execute(() -> respond(outcome));
        } catch (
                final RejectedExecutionException ex) { // the loop has ended, and the client with it
            discard();
        }
    }

    private void respond(final Outcome outcome) {
        final ByteBuf body = page;
        page = null;
        if (outcome == Outcome.READ && goneBelow > 0) {
            exchange.respond(EventRoute.gone("what this page begins with is gone", goneBelow));
            reads.end();
            return;
        }
        if (outcome == Outcome.READ && body != null) {
            exchange.respond(
                    200, "application/json", reads.ending(body), "Cache-Control: no-store\r\n");
            return;
        }
        if (body != null) {
            body.release();
        }
        exchange.respond(outcome == Outcome.BUSY ? EventRoute.BUSY : EventRoute.UNREADABLE);
        reads.end();
    }

    private void discard() {
        final ByteBuf unsent = page;
        page = null;
        if (unsent != null) {
            unsent.release();
        }
    }

    private static void text(final ByteBuf target, final String text) {
        target.writeBytes(text.getBytes(US_ASCII));
    }
}
