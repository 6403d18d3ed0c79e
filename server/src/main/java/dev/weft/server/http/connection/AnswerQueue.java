package dev.weft.server.http.connection;

import dev.weft.server.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that are not answered yet, oldest first, and the bytes of the
 * answers whose turn it was. An answer that comes before its turn waits in its exchange. Thread:
 * the channel's event loop.
 */
final class AnswerQueue {
    private static final byte[] CONTINUE = ResponseHead.ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final int PENDING_INITIAL = 4;

    private final LoopContext loop;
    private ArrayDeque<HttpExchange> pending = new ArrayDeque<>(PENDING_INITIAL);
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf out; // answers not yet handed to the channel
    private boolean isFlushNeeded; // something was handed to the channel without a flush
    private long writtenLength; // bytes handed to the channel
    private boolean isLastEmitted;

    AnswerQueue(final LoopContext loop) {
        this.loop = loop;
    }

    void context(final ChannelHandlerContext added) {
        context = added;
    }

    boolean isConnected() {
        return context != null;
    }

    ChannelHandlerContext context() {
        final ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("not yet part of a pipeline");
        }
        return current;
    }

    void add(final HttpExchange exchange) {
        pending.add(exchange);
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    int size() {
        return pending.size();
    }

    @Nullable HttpExchange first() {
        return pending.peek();
    }

    @Nullable HttpExchange last() {
        return pending.peekLast();
    }

    /** Whether the answer after which the connection ends was emitted. */
    boolean isLastEmitted() {
        return isLastEmitted;
    }

    /**
     * Encodes an answer, behind those before it if it is its turn.
     *
     * @param exchange says with {@code isCloseAnswered} whether the connection ends with it.
     * @return whether it was its turn.
     */
    boolean put(
            final HttpExchange exchange,
            final int status,
            final @Nullable CharSequence contentType,
            final ByteBuf body,
            final @Nullable CharSequence headerLines) {
        final boolean isTurn = pending.peek() == exchange;
        final boolean isCopied = body.readableBytes() < HttpLimits.BODY_COPIED_MAX;
        final int room = ResponseHead.LENGTH_MAX + (isCopied ? body.readableBytes() : 0);
        final ByteBuf target = isTurn ? out() : context().alloc().directBuffer(room);
        ResponseHead.write(
                target,
                status,
                loop.dateLine(),
                contentType,
                body.readableBytes(),
                exchange.isCloseAnswered
                        ? ResponseHead.Connection.CLOSE
                        : exchange.isHttp10()
                                ? ResponseHead.Connection.KEEP_ALIVE
                                : ResponseHead.Connection.DEFAULT,
                headerLines,
                exchange.corsLines);
        final boolean isBodyless =
                exchange.isHead() || ResponseHead.hasNoBody(status) || !body.isReadable();
        if (isBodyless || isCopied) {
            if (!isBodyless) {
                target.writeBytes(body, body.readerIndex(), body.readableBytes());
            }
            body.release();
        } else {
            exchange.answerBody = body;
        }
        if (isTurn) {
            emit(exchange);
        } else {
            exchange.answerHead = target;
        }
        return isTurn;
    }

    /** Keeps the head of a stream, or of a HEAD for one, until its turn. */
    void putStream(final HttpExchange exchange, final ByteBuf head) {
        exchange.answerHead = ResponseHead.spliced(head, loop.dateLine(), exchange.corsLines);
    }

    /** Takes the first exchange, which is answered, and writes what waited in it. */
    void emit(final HttpExchange exchange) {
        pending.poll();
        isLastEmitted = exchange.isCloseAnswered;
        final ByteBuf head = exchange.answerHead;
        if (head != null) {
            exchange.answerHead = null;
            out().writeBytes(head);
            head.release();
        }
        final ByteBuf body = exchange.answerBody;
        if (body != null) {
            exchange.answerBody = null;
            handOver();
            write(body);
        }
    }

    /** The same for the head of a stream, behind which nothing else is answered. */
    void emitStream(final HttpExchange exchange) {
        emit(exchange);
        handOver();
        dropAll();
        isFlushNeeded = true;
    }

    void emitContinue() {
        out().writeBytes(CONTINUE);
    }

    private ByteBuf out() {
        ByteBuf current = out;
        if (current != null && current.readableBytes() >= HttpLimits.OUT_LENGTH_MAX) {
            handOver();
            current = null;
        }
        if (current == null) {
            current = context().alloc().directBuffer(HttpLimits.OUT_LENGTH_INITIAL);
            out = current;
        }
        return current;
    }

    private void handOver() {
        final ByteBuf current = out;
        if (current != null) {
            out = null;
            write(current);
        }
    }

    private void write(final ByteBuf bytes) {
        isFlushNeeded = true;
        writtenLength += bytes.readableBytes();
        context().write(bytes, context().voidPromise());
    }

    /** Whether the client has taken all that was handed to the channel. */
    boolean isAllTaken() {
        final ChannelOutboundBuffer left = context().channel().unsafe().outboundBuffer();
        return left == null || left.totalPendingWriteBytes() == 0;
    }

    /** Bytes that the client has taken; a little less again whenever something is added. */
    long takenLength() {
        final ChannelOutboundBuffer left = context().channel().unsafe().outboundBuffer();
        return left == null
                ? writtenLength
                : writtenLength - left.totalPendingWriteBytes() + left.currentProgress();
    }

    /** Hands what was collected to the channel and sends it. */
    void flush() {
        handOver();
        if (isFlushNeeded) {
            isFlushNeeded = false;
            context().flush();
        }
    }

    /** Gives up one exchange. */
    void drop(final HttpExchange exchange) {
        pending.remove(exchange);
        exchange.drop();
    }

    /** Gives up every exchange that waits; what was emitted stays. */
    void dropAll() {
        final ArrayDeque<HttpExchange> rest = pending;
        pending = new ArrayDeque<>(0);
        rest.forEach(HttpExchange::drop);
    }

    /** Throws away what was emitted and not handed over: the channel is gone. */
    void discard() {
        ReferenceCountUtil.release(out);
        out = null;
    }
}
