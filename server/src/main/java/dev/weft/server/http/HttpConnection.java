package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: requests in, answers out in the order of the requests. Answers are collected as
 * bytes and flushed once per burst of reads or per turn of the event loop. It ends as a stream, or
 * it closes after the answer that says so.
 *
 * <p>The decoder asks {@link #wantsInput} before each request, which is the only brake: too many
 * requests without an answer, a client that does not read its answers, a publisher that is slowed,
 * and the last request of a connection all say no there. Thread: the channel's event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final byte[] CONTINUE = ResponseHead.ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final int HEAD_END = 0x0D0A0D0A; // CR LF CR LF
    private static final byte[] LINE_END = ResponseHead.ascii("\r\n");
    private static final int PENDING_INITIAL = 4;
    private static final int STATUS_OFFSET = "HTTP/1.1 ".length();

    private enum State {
        OPEN,
        /** The last answer is written; what still comes in is dropped until the client closes. */
        CLOSING,
        STREAM,
        CLOSED
    }

    private final LoopContext loop;
    private final RequestDecoder decoder = new RequestDecoder(this);
    private final RequestDispatch dispatch;
    private ArrayDeque<HttpExchange> pending =
            new ArrayDeque<>(PENDING_INITIAL); // without an answer, oldest first
    private State state = State.OPEN;
    private @Nullable ChannelHandlerContext context;
    private @Nullable HttpExchange reading; // its body is on its way in
    private @Nullable HttpExchange pausedBy;
    private Exchange.@Nullable StreamHandler stream;
    private @Nullable ByteBuf out; // answers not yet handed to the channel
    private boolean isInputDone; // no further request is read
    private boolean
            isInputEnding; // the client closed its side, what it sent before may still be unread
    private boolean isInputShutdown; // the same, and all it sent was decoded
    private boolean isInBurst; // a flush follows anyway
    private boolean isDirty; // a flush is planned
    private boolean isFlushNeeded; // something was handed to the channel without a flush
    private boolean isCloseWritten;
    private boolean isLastWritten;
    private long discardedLength;

    // Time limits, looked at once a second.
    int index = -1; // of this in LoopContext, -1 if it is not watched
    private long quietSinceNs = System.nanoTime();
    private long headSinceNs;
    private long bodySinceNs;
    private boolean hasBodyMoved;

    HttpConnection(final LoopContext loop) {
        this.loop = loop;
        this.dispatch = new RequestDispatch(this, loop);
    }

    RequestDecoder decoder() {
        return decoder;
    }

    Channel channel() {
        return context().channel();
    }

    private ChannelHandlerContext context() {
        final ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("not yet part of a pipeline");
        }
        return current;
    }

    // ---- what comes in

    @Override
    public void handlerAdded(final ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(final ChannelHandlerContext active) {
        loop.counters.connectionsOpened.increment();
        loop.add(this);
    }

    boolean wantsInput() {
        if (state != State.OPEN || pausedBy != null || !channel().isWritable()) {
            return false;
        }
        return reading != null
                || (!isInputDone && !isDraining() && pending.size() < HttpLimits.UNANSWERED_MAX);
    }

    boolean isClosing() {
        return state == State.CLOSING;
    }

    boolean isDraining() {
        return loop.isDraining();
    }

    @Override
    public void channelRead(final ChannelHandlerContext ignored, final Object message) {
        isInBurst = true;
        try {
            if (state == State.STREAM && message instanceof ByteBuf bytes && stream != null) {
                stream.onInbound(channel(), bytes);
            } else if (state == State.OPEN) {
                if (message instanceof HttpRequest request && !isInputDone) {
                    onRequest(request);
                }
                if (message instanceof HttpContent content) {
                    onContent(content);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onRequest(final HttpRequest request) {
        headSinceNs = 0;
        if (request.decoderResult().isFailure()) {
            onProtocolError(RequestDispatch.problemOf(request.decoderResult().cause()));
            return;
        }
        loop.counters.requests.increment();
        final HttpExchange exchange = dispatch.begin(request);
        pending.add(exchange);
        reading = exchange;
        discardedLength = 0;
        bodySinceNs = 0;
        dispatch.handle(exchange);
        isInputDone |= !exchange.isKeepAlive;
        proceed();
    }

    private void onContent(final HttpContent content) {
        final HttpExchange exchange = reading;
        if (exchange == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            onProtocolError(new Problem(400, "body: the chunked encoding is malformed"));
            return;
        }
        final ByteBuf bytes = content.content();
        final int length = bytes.readableBytes();
        hasBodyMoved |= length > 0;
        if (exchange.bodyRemaining > 0) {
            exchange.bodyRemaining -= length;
        }
        final boolean isLast = content instanceof LastHttpContent;
        final Exchange.BodyConsumer consumer = exchange.isAnswered ? null : exchange.consumer;
        if (consumer == null) {
            discard(length, isLast);
        } else if (length > 0) {
            consumer.onBytes(bytes);
        }
        if (isLast && reading == exchange) {
            exchange.isComplete = true;
            reading = null;
            quietSinceNs = System.nanoTime();
            if (consumer != null && !exchange.isAnswered) {
                consumer.onEnd();
            }
            proceed();
        }
    }

    private void discard(final int length, final boolean isLast) {
        discardedLength += length;
        if (discardedLength > HttpLimits.DISCARDED_LENGTH_MAX && !isLast) {
            isInputDone = true;
            isCloseWritten = true;
            proceed();
        }
    }

    /** A header line was folded, which is refused: proxies disagree about its meaning. */
    void onFoldedHeader() {
        isInBurst = true;
        onProtocolError(new Problem(400, "request: a line begins with white space"));
    }

    /** Answers what cannot be understood and closes; nothing after it is looked at. */
    private void onProtocolError(final Problem problem) {
        isInputDone = true;
        final HttpExchange broken = reading;
        reading = null;
        if (broken == null) {
            final HttpExchange unknown = dispatch.unknown();
            pending.add(unknown);
            respond(unknown, problem, null);
        } else if (broken.isAnswered) {
            isCloseWritten |= pending.isEmpty();
            broken.isKeepAlive = false;
            closeAfterLast();
        } else {
            broken.isKeepAlive = false;
            abort(broken, problem);
        }
        proceed();
    }

    /**
     * Tells the route that its body will not end, then answers in its place if anyone can still
     * hear it.
     */
    private void abort(final HttpExchange exchange, final @Nullable Problem problem) {
        final Exchange.BodyConsumer consumer = exchange.consumer;
        exchange.consumer = null;
        if (problem != null && !exchange.isAnswered) {
            respond(exchange, problem, null);
        }
        exchange.isAborted = true;
        if (consumer != null && !exchange.isComplete) {
            consumer.onAbort();
        }
    }

    void readBody(final HttpExchange exchange, final boolean wanted) {
        if (!wanted && !exchange.isAborted && state == State.OPEN) {
            pausedBy = exchange;
            read(false);
        } else if (wanted && pausedBy == exchange) {
            pausedBy = null;
            markDirty();
        }
    }

    // ---- what goes out

    void respond(
            final HttpExchange exchange,
            final Problem problem,
            final @Nullable CharSequence headerLines) {
        final ByteBuf body = ProblemBody.write(context().alloc(), problem, exchange.path());
        final boolean isLater = problem.status() == 503 || problem.status() == 429;
        final String lines =
                (isLater
                                ? "Cache-Control: no-store\r\nRetry-After: 1\r\n"
                                : "Cache-Control: no-store\r\n")
                        + (headerLines == null ? "" : headerLines);
        respond(exchange, problem.status(), MediaTypes.PROBLEM_JSON, body, lines);
    }

    void respond(
            final HttpExchange exchange,
            final int status,
            final @Nullable CharSequence contentType,
            final ByteBuf body,
            final @Nullable CharSequence headerLines) {
        if (!begin(exchange)) {
            body.release();
            return;
        }
        loop.counters.answers(status).increment();
        final boolean isClose = isLastAnswer(exchange);
        exchange.isCloseAnswered = isClose;
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
                isClose
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
            proceed();
        } else {
            exchange.answerHead = target;
        }
        markDirty();
    }

    void stream(
            final HttpExchange exchange, final ByteBuf head, final Exchange.StreamHandler handler) {
        if (!begin(exchange)) {
            head.release();
            handler.onClose(channel());
            return;
        }
        loop.counters.answers(status(head)).increment();
        exchange.isCloseAnswered = !exchange.isKeepAlive;
        exchange.answerHead = spliced(head, loop.dateLine(), exchange.corsLines);
        if (exchange.isHead()) {
            handler.onClose(channel());
        } else {
            exchange.stream = handler;
            isInputDone = true;
        }
        proceed();
        markDirty();
    }

    /** Whether this is the first answer to a request whose client is still there. */
    private boolean begin(final HttpExchange exchange) {
        if (!loop.loop.inEventLoop()) {
            throw new IllegalStateException("answers are given on the connection's event loop");
        }
        if (exchange.isAborted || state != State.OPEN) {
            return false;
        }
        if (exchange.isAnswered) {
            throw new IllegalStateException(
                    "answered twice: " + exchange.method() + ' ' + exchange.path());
        }
        exchange.isAnswered = true;
        if (pausedBy == exchange) {
            pausedBy = null;
        }
        return true;
    }

    /** Whether the connection ends with this answer, which it then has to say. */
    private boolean isLastAnswer(final HttpExchange exchange) {
        if (!exchange.isKeepAlive) {
            return true;
        }
        if (reading == exchange
                && !exchange.isComplete) { // its body goes on; is the rest worth reading?
            return exchange.isContinueExpected
                    || exchange.bodyRemaining > HttpLimits.DISCARDED_LENGTH_MAX;
        }
        return isDraining() && reading == null && pending.peekLast() == exchange;
    }

    /** The status in {@code HTTP/1.1 200 OK}. */
    private static int status(final ByteBuf head) {
        final int start = head.readerIndex() + STATUS_OFFSET;
        return (head.getByte(start) - '0') * 100
                + (head.getByte(start + 1) - '0') * 10
                + head.getByte(start + 2)
                - '0';
    }

    /** Puts further lines before the empty one that ends a head; a first frame may follow that. */
    private static ByteBuf spliced(
            final ByteBuf head, final byte[] dateLine, final @Nullable CharSequence corsLines) {
        final int start = head.readerIndex();
        int end = start;
        while (head.getInt(end) != HEAD_END) { // a head is short, and always has one
            end++;
        }
        end += LINE_END.length;
        final int corsLength = corsLines == null ? 0 : corsLines.length();
        final ByteBuf target =
                head.alloc().directBuffer(head.readableBytes() + dateLine.length + corsLength);
        target.writeBytes(head, start, end - start).writeBytes(dateLine);
        if (corsLines != null) {
            ResponseHead.writeAscii(target, corsLines);
        }
        target.writeBytes(head, end, head.writerIndex() - end);
        head.release();
        return target;
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
        context().write(bytes, channel().voidPromise());
    }

    /** Takes every answer whose turn it is, up to the first request that has none yet. */
    private void proceed() {
        while (state == State.OPEN) {
            final HttpExchange first = pending.peek();
            if (isCloseWritten) {
                close();
            } else if (first == null) {
                if (reading == null && (isInputDone || isDraining())) {
                    close();
                }
                return;
            } else if (!first.isAnswered) {
                if (first.isContinueExpected && first.consumer != null && reading == first) {
                    first.isContinueExpected = false;
                    out().writeBytes(CONTINUE);
                    markDirty();
                }
                return;
            } else if (first.stream != null) {
                if (first.isComplete) {
                    openStream(first);
                }
                return;
            } else {
                emit(first);
            }
        }
    }

    private void emit(final HttpExchange exchange) {
        pending.poll();
        isCloseWritten = exchange.isCloseAnswered;
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

    private void openStream(final HttpExchange exchange) {
        final ByteBuf head = exchange.answerHead;
        final Exchange.StreamHandler handler = exchange.stream;
        if (head == null || handler == null) {
            throw new IllegalStateException("a stream without a head");
        }
        exchange.answerHead = null;
        out().writeBytes(head);
        head.release();
        handOver();
        pending = new ArrayDeque<>(0);
        state = State.STREAM;
        stream = handler;
        loop.remove(this);
        handler.onOpen(channel());
        isFlushNeeded = true;
        markDirty();
        if (state == State.STREAM) {
            context().pipeline().remove(decoder); // hands on what it still has
            read(true);
        }
    }

    private void markDirty() {
        if (!isInBurst && !isDirty) {
            isDirty = true;
            loop.flushLater(this);
        }
    }

    /** Sends what was collected, then goes on reading if that made room. */
    void flush() {
        isDirty = false;
        handOver();
        if (isFlushNeeded) {
            isFlushNeeded = false;
            context().flush();
        }
        if (state != State.OPEN) {
            return;
        }
        if (wantsInput() && decoder.hasWork()) {
            isInBurst = true;
            resume();
            isInBurst = false;
            handOver();
            if (isFlushNeeded) {
                isFlushNeeded = false;
                context().flush();
            }
        }
        adjustReading();
    }

    private void resume() {
        try {
            decoder.resume(context().pipeline().context(decoder));
        } catch (final Exception ex) {
            exceptionCaught(context(), ex);
        }
    }

    /** Called by the decoder when it stops in the middle of a burst. */
    void stopReading() {
        read(false);
    }

    private void adjustReading() {
        if (state == State.OPEN) {
            read(wantsInput());
        }
    }

    /**
     * Starts or stops reading, as long as the client sends. Netty 4.2.18 takes a socket out of its
     * epoll set for good when reading is stopped and the client has closed its side, hence never
     * again from then on; what is left to read is in the socket's buffer, so it is bounded.
     */
    private void read(final boolean wanted) {
        if (!isInputEnding) {
            channel().config().setAutoRead(wanted);
        }
    }

    /**
     * Told by the decoder before a burst: bytes although nothing was to be read mean that the
     * client closed its side.
     */
    void onBurst() {
        if (!isInputEnding && !channel().config().isAutoRead() && loop.transport.readsAtHangUp()) {
            read(true);
            isInputEnding = true;
        }
    }

    /**
     * Told by the decoder as soon as the client has closed its side; the event follows when all
     * bytes are decoded.
     */
    void onInputEnding() {
        isInputEnding = true;
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext ignored) {
        isInBurst = false;
        flush();
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext ignored) {
        final Exchange.StreamHandler handler = stream;
        if (state == State.STREAM && handler != null) {
            handler.onWritabilityChanged(channel());
        } else if (channel().isWritable()) {
            markDirty();
        }
    }

    // ---- how it ends

    @Override
    public void userEventTriggered(final ChannelHandlerContext ignored, final Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        isInputShutdown = true;
        if (state != State.OPEN) {
            channel().close();
            return;
        }
        final HttpExchange broken = reading;
        if (broken != null) {
            reading = null;
            broken.isKeepAlive = false;
            abort(broken, null);
            pending.remove(broken);
        }
        closeAfterLast();
    }

    /** Reads no further request and closes as soon as all that came before is answered. */
    private void closeAfterLast() {
        isInputDone = true;
        final HttpExchange last = pending.peekLast();
        if (last != null && !last.isAnswered) {
            last.isKeepAlive = false;
        }
        proceed();
        markDirty();
    }

    /** Ends a connection whose requests are answered or not worth an answer. */
    void drain() {
        if (reading == null && pending.isEmpty() && state == State.OPEN) {
            closeAfterLast();
        }
    }

    private void close() {
        state = State.CLOSING;
        quietSinceNs = System.nanoTime();
        abortAll();
        handOver();
        if (channel().pipeline().context(decoder) != null) {
            context().pipeline().remove(decoder);
        }
        read(true);
        isFlushNeeded = false;
        context()
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener((ChannelFutureListener) this::onLastWritten);
    }

    /**
     * A close with input unread would make the system throw away the answer, hence half of it
     * first.
     */
    private void onLastWritten(final ChannelFuture written) {
        quietSinceNs = System.nanoTime();
        isLastWritten = true;
        if (isInputShutdown || !written.isSuccess()) {
            written.channel().close();
        } else {
            ((DuplexChannel) written.channel()).shutdownOutput();
        }
    }

    private void abortAll() {
        final HttpExchange broken = reading;
        reading = null;
        pausedBy = null;
        if (broken != null && !pending.contains(broken)) {
            abort(broken, null);
        }
        final ArrayDeque<HttpExchange> rest = pending;
        pending = new ArrayDeque<>(0);
        for (final HttpExchange exchange : rest) {
            abort(exchange, null);
            ReferenceCountUtil.release(exchange.answerHead);
            ReferenceCountUtil.release(exchange.answerBody);
            if (exchange.stream != null) {
                exchange.stream.onClose(channel());
            }
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext ignored) {
        final State before = state;
        state = State.CLOSED;
        loop.counters.connectionsClosed.increment();
        loop.remove(this);
        final Exchange.StreamHandler handler = stream;
        stream = null;
        if (before == State.STREAM && handler != null) {
            handler.onClose(channel());
        }
        abortAll();
        ReferenceCountUtil.release(out);
        out = null;
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext ignored, final Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection lost: {}", cause.getMessage());
        } else {
            LOG.error("connection closed after an unexpected error", cause);
        }
        channel().close();
    }

    /** Looks at the time limits; called about once a second while this is no stream. */
    void sweep(final long nowNs) {
        if (state == State.CLOSING) {
            if (nowNs - quietSinceNs
                    > (isLastWritten
                            ? HttpLimits.LINGER_TIME_MAX_NS
                            : HttpLimits.LAST_WRITE_TIME_MAX_NS)) {
                channel().close();
            }
        } else if (reading != null) {
            sweepBody(nowNs);
        } else if (decoder.isInsideHead() && wantsInput()) {
            headSinceNs = headSinceNs == 0 ? nowNs : headSinceNs;
            if (nowNs - headSinceNs > HttpLimits.HEAD_TIME_MAX_NS) {
                onProtocolError(new Problem(408, "request: its head took longer than 10 s"));
                markDirty();
            }
        } else if (pending.isEmpty() && nowNs - quietSinceNs > HttpLimits.IDLE_TIME_MAX_NS) {
            closeAfterLast();
        }
    }

    private void sweepBody(final long nowNs) {
        if (hasBodyMoved || pausedBy != null || bodySinceNs == 0) {
            hasBodyMoved = false;
            bodySinceNs = nowNs;
        } else if (nowNs - bodySinceNs > HttpLimits.BODY_SILENCE_MAX_NS) {
            onProtocolError(new Problem(408, "body: nothing came for 30 s"));
            markDirty();
        }
    }
}
