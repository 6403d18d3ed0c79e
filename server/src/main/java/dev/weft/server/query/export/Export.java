package dev.weft.server.query.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.ChunkedTransfer;
import dev.weft.server.http.Exchange;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Refusals;
import dev.weft.server.stream.facts.SubscriberFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One export on its connection: has a chunk read, and the next one while it writes this one and the
 * socket still takes it. When the client does not read, nothing is read for it. Thread: the
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
    private final Set<Export> all;
    private final boolean chunked;
    private final ExportRead read;
    private boolean isInFlight; // the query thread has the read
    private boolean isEnding; // all of it is written
    private boolean isClosed;
    private @Nullable Channel channel; // null until the head is written
    private long waitingAt;
    private int stalledLooks;

    private Export(
            final Exchange exchange,
            final ExportWish wish,
            final History history,
            final Journal journal,
            final Set<Export> all) {
        this.exchange = exchange;
        this.history = history;
        this.journal = journal;
        this.all = all;
        chunked = !exchange.isHttp10();
        read =
                new ExportRead(
                        wish, history, journal.appendedSequence(), chunked, this::onReadElsewhere);
    }

    /**
     * Begins one; the head is answered when the query thread has said what there is.
     *
     * @param all has it while its connection is its own.
     */
    static void begin(
            final Exchange exchange,
            final ExportWish wish,
            final History history,
            final Journal journal,
            final Set<Export> all) {
        final Export export = new Export(exchange, wish, history, journal, all);
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
            cutOff();
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
        all.add(this);
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
        all.remove(this);
        read.cancel();
    }

    /**
     * Ends it before its end. The last chunk is missing then; where there are no chunks, only a
     * reset tells an end from the end.
     */
    void cutOff() {
        if (!isEnding) {
            close();
        }
    }

    private void close() {
        final Channel open = channel;
        if (isClosed || open == null) {
            return; // it is gone, or has nothing yet
        }
        isClosed = true;
        read.cancel();
        if (!chunked) {
            open.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        open.close();
    }

    private void write(final Channel open, final @Nullable ByteBuf chunk) {
        if (chunk != null) {
            if (!read.isOver() && isAllWritten(open)) {
                proceed(open); // what comes next is read while the system copies this one
            }
            open.writeAndFlush(chunk, open.voidPromise());
        }
        if (open.isWritable()) {
            proceed(open);
        }
    }

    private static boolean isAllWritten(final Channel open) {
        return open.bytesBeforeUnwritable() > MARK.high();
    }

    /** Has the next chunk read, or ends. */
    private void proceed(final Channel open) {
        if (isInFlight || isClosed || isEnding) {
            return;
        }
        if (read.isOver()) {
            isEnding = true;
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
        final long waiting = SubscriberFacts.pendingBytes(open);
        stalledLooks = waiting != 0 && waiting == waitingAt ? stalledLooks + 1 : 0;
        waitingAt = waiting;
        final boolean isMissed =
                history.budget().isShort() || read.needed() < journal.oldestSequence();
        if (stalledLooks >= STALLED_LOOKS_MAX && isMissed) {
            close();
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
