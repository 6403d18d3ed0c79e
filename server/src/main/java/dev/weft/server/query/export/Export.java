package dev.weft.server.query.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.ChunkedTransfer;
import dev.weft.server.http.Exchange;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.WriteBufferWaterMark;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One export on its connection: has a chunk read, writes it, and has the next one read while the
 * socket still takes this one. When the client does not read, nothing is read for it. Thread: the
 * connection's loop.
 */
final class Export implements Exchange.StreamHandler {
    /** Two chunks at most wait for the socket. */
    private static final WriteBufferWaterMark MARK =
            new WriteBufferWaterMark(ExportRead.CHUNK_LENGTH / 4, ExportRead.CHUNK_LENGTH);

    private static final long AGAIN_MS = 20;
    private static final long LOOK_S = 5;

    /** Looks in a row without a byte taken, after which a client is closed if it is in the way. */
    private static final int STALLED_LOOKS_MAX = 6;

    private final Exchange exchange;
    private final History history;
    private final Journal journal;
    private final boolean chunked;
    private final ExportRead read;
    private boolean isInFlight; // the query thread has the read
    private boolean isClosed;
    private @Nullable Channel channel; // null until the head is written
    private long waitingAt;
    private int stalledLooks;

    private Export(
            final Exchange exchange,
            final ExportWish wish,
            final History history,
            final Journal journal) {
        this.exchange = exchange;
        this.history = history;
        this.journal = journal;
        chunked = !exchange.isHttp10();
        read =
                new ExportRead(
                        wish, history, journal.appendedSequence(), chunked, this::onReadElsewhere);
    }

    /** Begins one; the head is answered when the query thread has said what there is. */
    static void begin(
            final Exchange exchange,
            final ExportWish wish,
            final History history,
            final Journal journal) {
        final Export export = new Export(exchange, wish, history, journal);
        export.isInFlight = history.offer(export.read);
        if (!export.isInFlight) {
            exchange.respond(Refusals.BUSY);
        }
    }

    private void onReadElsewhere(final ExportRead done, final History.Read.Outcome outcome) {
        try {
            exchange.eventLoop().execute(() -> onRead(outcome));
        } catch (
                final RejectedExecutionException ex) { // the loop has ended, and the client with it
            done.cancel();
            release(done.take());
        }
    }

    private void onRead(final History.Read.Outcome outcome) {
        isInFlight = false;
        final ByteBuf chunk = read.take();
        final Channel open = channel;
        if (isClosed) {
            release(chunk);
        } else if (open == null) {
            answer(outcome);
        } else if (outcome == History.Read.Outcome.READ) {
            write(open, chunk);
        } else if (outcome == History.Read.Outcome.FAILED) {
            open.close(); // without an end: the client sees that something is missing
        } else {
            askLater(open);
        }
    }

    private void answer(final History.Read.Outcome outcome) {
        final Problem problem =
                outcome == History.Read.Outcome.READ ? read.problem() : Refusals.of(outcome);
        if (problem != null) {
            read.cancel();
            exchange.respond(problem);
            return;
        }
        final String head =
                String.join(
                        "\r\n",
                        "HTTP/1.1 200 OK",
                        "Content-Type: application/x-ndjson",
                        "Cache-Control: no-store, no-transform",
                        "X-Content-Type-Options: nosniff",
                        "Weft-Head: " + read.head(),
                        "Weft-Total: " + read.total(),
                        (chunked ? "Transfer-Encoding: chunked\r\n" : "") + "Connection: close",
                        "",
                        "");
        exchange.stream(Unpooled.wrappedBuffer(head.getBytes(US_ASCII)), this);
    }

    @Override
    public void onOpen(final Channel opened) {
        channel = opened;
        opened.config().setWriteBufferWaterMark(MARK);
        opened.flush();
        proceed(opened);
        look();
    }

    @Override
    public void onWritabilityChanged(final Channel changed) {
        if (changed.isWritable()) {
            proceed(changed);
        }
    }

    @Override
    public void onInbound(final Channel source, final ByteBuf bytes) {
        // Nothing more is asked on this connection.
    }

    @Override
    public void onClose(final Channel closed) {
        isClosed = true;
        read.cancel();
    }

    private void write(final Channel open, final @Nullable ByteBuf chunk) {
        if (chunk != null) {
            open.writeAndFlush(chunk, open.voidPromise());
        }
        if (open.isWritable()) {
            proceed(open);
        }
    }

    /** Has the next chunk read, or ends. */
    private void proceed(final Channel open) {
        if (isInFlight || isClosed) {
            return;
        }
        if (read.isOver()) {
            isClosed = true;
            read.cancel();
            final ByteBuf last =
                    chunked
                            ? Unpooled.wrappedBuffer(ChunkedTransfer.LAST_CHUNK.getBytes(US_ASCII))
                            : Unpooled.EMPTY_BUFFER;
            open.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        isInFlight = history.offer(read);
        if (!isInFlight) {
            askLater(open);
        }
    }

    private void askLater(final Channel open) {
        open.eventLoop().schedule(() -> proceed(open), AGAIN_MS, TimeUnit.MILLISECONDS);
    }

    /** Who takes nothing for long is closed if others wait for what it holds. */
    private void look() {
        final Channel open = channel;
        if (open == null || !open.isActive()) {
            return;
        }
        final long waiting = open.isWritable() ? 0 : open.bytesBeforeWritable();
        stalledLooks = waiting != 0 && waiting == waitingAt ? stalledLooks + 1 : 0;
        waitingAt = waiting;
        final boolean isMissed =
                history.budget().isShort() || read.needed() < journal.oldestSequence();
        if (stalledLooks >= STALLED_LOOKS_MAX && isMissed) {
            open.close();
            return;
        }
        open.eventLoop().schedule(this::look, LOOK_S, TimeUnit.SECONDS);
    }

    private static void release(final @Nullable ByteBuf chunk) {
        if (chunk != null) {
            chunk.release();
        }
    }
}
