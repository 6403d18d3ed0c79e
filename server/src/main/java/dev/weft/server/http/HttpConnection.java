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
    private static final Problem WITH_BODY =
            new Problem(400, "body: a request for a stream must not have one");

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
    private final AnswerQueue answers;
    private final TimeLimits times;
    private final InputSwitch input;
    private State state = State.OPEN;
    private @Nullable HttpExchange reading; // its body is on its way in
    private @Nullable HttpExchange pausedBy;
    private Exchange.@Nullable StreamHandler stream;
    private boolean isInputDone; // no further request is read
    private boolean isInputShutdown; // the client closed its side, and all it sent was decoded
    private boolean isInBurst; // a flush follows anyway
    private boolean isDirty; // a flush is planned
    private boolean isCutShort; // the rest of a body is not worth reading
    private boolean isLastWritten;
    private long discardedLength;

    int index = -1; // of this in LoopContext, -1 if its times are not watched

    HttpConnection(final LoopContext loop) {
        this.loop = loop;
        dispatch = new RequestDispatch(this, loop);
        answers = new AnswerQueue(loop);
        times = new TimeLimits(loop.nanoTime());
        input = new InputSwitch(loop.transport);
    }

    RequestDecoder decoder() {
        return decoder;
    }

    Channel channel() {
        return context().channel();
    }

    private ChannelHandlerContext context() {
        return answers.context();
    }

    // ---- what comes in

    @Override
    public void handlerAdded(final ChannelHandlerContext added) {
        answers.context(added);
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
                || (!isInputDone
                        && !loop.isDraining()
                        && answers.size() < HttpLimits.UNANSWERED_MAX);
    }

    boolean isClosing() {
        return state == State.CLOSING;
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
        times.onHead();
        if (request.decoderResult().isFailure()) {
            onProtocolError(RequestDispatch.problemOf(request.decoderResult().cause()));
            return;
        }
        loop.counters.requests.increment();
        final HttpExchange exchange = dispatch.begin(request);
        answers.add(exchange);
        reading = exchange;
        discardedLength = 0;
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
        times.onBody(length);
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
            times.onQuiet(loop.nanoTime());
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
            isCutShort = true;
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
            answers.add(unknown);
            unknown.respond(problem);
        } else {
            broken.isKeepAlive = false;
            if (!broken.isAnswered) {
                broken.respond(problem);
            }
            broken.abort();
        }
        closeAfterLast();
    }

    void readBody(final HttpExchange exchange, final boolean wanted) {
        if (!wanted && !exchange.isAborted && state == State.OPEN) {
            pausedBy = exchange;
            times.onPaused();
            input.read(channel(), false);
        } else if (wanted && pausedBy == exchange) {
            pausedBy = null;
            markDirty();
        }
    }

    // ---- what goes out

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
        exchange.isCloseAnswered = isLastAnswer(exchange);
        if (answers.put(exchange, status, contentType, body, headerLines)) {
            proceed();
        }
        markDirty();
    }

    /** A request with a body is refused: its slot would be taken for as long as that lasts. */
    void stream(
            final HttpExchange exchange, final ByteBuf head, final Exchange.StreamHandler handler) {
        if (exchange.hasBody || !begin(exchange)) {
            head.release();
            handler.onClose(channel());
            if (exchange.hasBody) {
                exchange.respond(WITH_BODY);
            }
            return;
        }
        loop.counters.answers(ResponseHead.status(head)).increment();
        exchange.isCloseAnswered = !exchange.isKeepAlive;
        answers.putStream(exchange, head);
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
        return loop.isDraining() && reading == null && answers.last() == exchange;
    }

    /** Takes every answer whose turn it is, up to the first request that has none yet. */
    private void proceed() {
        while (state == State.OPEN) {
            final HttpExchange first = answers.first();
            if (answers.isLastEmitted() || isCutShort) {
                close();
            } else if (first == null) {
                if (reading == null && (isInputDone || loop.isDraining())) {
                    close();
                }
                return;
            } else if (!first.isAnswered) {
                if (first.isContinueExpected && first.consumer != null && reading == first) {
                    first.isContinueExpected = false;
                    answers.emitContinue();
                    markDirty();
                }
                return;
            } else if (first.stream != null) {
                if (first.isComplete) {
                    openStream(first, first.stream);
                }
                return;
            } else {
                answers.emit(first);
            }
        }
    }

    private void openStream(final HttpExchange exchange, final Exchange.StreamHandler handler) {
        exchange.stream = null;
        answers.emitStream(exchange);
        state = State.STREAM;
        stream = handler;
        loop.remove(this);
        handler.onOpen(channel());
        markDirty();
        if (state == State.STREAM) {
            context().pipeline().remove(decoder); // hands on what it still has
            input.read(channel(), true);
            if (decoder.isInputShutdown()) {
                writeLast(); // it would not be told again
            }
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
        answers.flush();
        if (state == State.OPEN && wantsInput() && decoder.hasWork()) {
            isInBurst = true;
            try {
                decoder.resume(context().pipeline().context(decoder));
            } catch (final Exception ex) {
                exceptionCaught(context(), ex);
            }
            isInBurst = false;
            answers.flush();
        }
        if (state == State.OPEN) {
            input.read(channel(), wantsInput());
        }
    }

    /** Called by the decoder when it stops in the middle of a burst. */
    void stopReading() {
        input.read(channel(), false);
    }

    /** Told by the decoder before a burst. */
    void onBurst() {
        input.onBurst(channel());
    }

    /**
     * Told by the decoder as soon as the client has closed its side; the event follows when all
     * bytes are decoded.
     */
    void onInputEnding() {
        input.onEnding();
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
            answers.drop(broken);
        }
        closeAfterLast();
    }

    /** Reads no further request and closes as soon as all that came before is answered. */
    private void closeAfterLast() {
        isInputDone = true;
        final HttpExchange last = answers.last();
        if (last != null && !last.isAnswered) {
            last.isKeepAlive = false;
        }
        proceed();
        markDirty();
    }

    /** Ends a connection whose requests are answered or not worth an answer. */
    void drain() {
        if (reading == null && answers.isEmpty() && state == State.OPEN) {
            closeAfterLast();
        }
    }

    /** Has an unfinished body answered with how far it got. */
    void stopBody() {
        final HttpExchange unfinished = reading;
        final Exchange.BodyConsumer consumer = unfinished == null ? null : unfinished.consumer;
        if (unfinished != null && consumer != null && !unfinished.isAnswered) {
            unfinished.isKeepAlive = false;
            consumer.onStop();
            markDirty();
        }
    }

    private void close() {
        state = State.CLOSING;
        times.onQuiet(loop.nanoTime());
        dropAll();
        answers.flush();
        if (channel().pipeline().context(decoder) != null) {
            context().pipeline().remove(decoder);
        }
        input.read(channel(), true);
        writeLast();
    }

    /** Ends the connection when all that was written so far is sent. */
    private void writeLast() {
        isInputShutdown |= decoder.isInputShutdown();
        context()
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener((ChannelFutureListener) this::onLastWritten);
    }

    /**
     * A close with input unread would make the system throw away the answer, hence half of it
     * first.
     */
    private void onLastWritten(final ChannelFuture written) {
        times.onQuiet(loop.nanoTime());
        isLastWritten = true;
        if (isInputShutdown || !written.isSuccess()) {
            written.channel().close();
        } else {
            ((DuplexChannel) written.channel()).shutdownOutput();
        }
    }

    private void dropAll() {
        final HttpExchange broken = reading;
        reading = null;
        pausedBy = null;
        answers.dropAll();
        if (broken != null) {
            broken.drop(); // also if its answer is out already
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext ignored) {
        state = State.CLOSED;
        loop.counters.connectionsClosed.increment();
        loop.remove(this);
        final Exchange.StreamHandler handler = stream;
        stream = null;
        if (handler != null) {
            handler.onClose(channel());
        }
        dropAll();
        answers.discard();
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

    /** Closes after an error outside of the pipeline's own handling. */
    void fail() {
        if (answers.isConnected()) {
            channel().close();
        }
    }

    /** Looks at the time limits; called about once a second while this is no stream. */
    void sweep(final long nowNs) {
        final HttpExchange body = reading;
        if (state == State.CLOSING) {
            if (times.isEndOver(nowNs, isLastWritten)) {
                channel().close();
            }
        } else if (body != null) {
            if (pausedBy != null) {
                times.onPaused();
            }
            onPassed(times.lookAtBody(nowNs, body.bodyRemaining >= 0));
        } else if (decoder.isInsideHead() && wantsInput()) {
            onPassed(times.lookAtHead(nowNs));
        } else if (answers.isEmpty()) {
            onPassed(times.lookAtIdle(nowNs));
        }
    }

    private void onPassed(final TimeLimits.Passed limit) {
        switch (limit) {
            case NONE -> {}
            case HEAD ->
                    onProtocolError(new Problem(408, "request: its head took longer than 10 s"));
            case BODY_SILENCE -> onProtocolError(new Problem(408, "body: nothing came for 30 s"));
            case BODY_RATE ->
                    onProtocolError(
                            new Problem(408, "body: less than 64 KiB of it came within 30 s"));
            case IDLE -> closeAfterLast();
        }
    }
}
