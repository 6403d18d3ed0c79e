package dev.weft.server.http.connection;

import dev.weft.server.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: requests in ({@link RequestIntake}), answers out in the order of the requests
 * ({@link AnswerTurns}). Answers are collected as bytes and flushed once per burst of reads or per
 * turn of the event loop. It becomes a stream, or it closes after the answer that says so ({@link
 * ConnectionEnd}).
 *
 * <p>The decoder asks {@link #wantsInput} before each request, which is the only brake: too many
 * requests without an answer, a client that does not read its answers, a publisher that is slowed,
 * and the last request of a connection all say no there. Thread: the channel's event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private enum State {
        OPEN,
        /** The last answer is written; what still comes in is dropped until the client closes. */
        CLOSING,
        STREAM,
        CLOSED
    }

    private final LoopContext loop;
    private @Nullable RequestDecoder decoder = new RequestDecoder(this); // null of a stream
    private final AnswerQueue answers;
    private final TimeLimits times;
    private final RequestIntake intake;
    private final AnswerTurns turns;
    private final ConnectionEnd end;
    private final InputSwitch input;
    private State state = State.OPEN;
    private Exchange.@Nullable StreamHandler stream;
    private boolean isInBurst; // a flush follows anyway
    private boolean isDirty; // a flush is planned

    int index = -1; // of this in LoopContext, -1 if its times are not watched
    int publisherIndex = -1; // of this in RecentPublishers, -1 if it is not there

    /**
     * @param origins of where it was accepted.
     */
    HttpConnection(final LoopContext loop, final OriginRules origins) {
        this.loop = loop;
        times = new TimeLimits(loop.nanoTime());
        answers = new AnswerQueue(loop);
        intake = new RequestIntake(this, loop, origins, answers, times);
        turns = new AnswerTurns(this, loop, answers, intake);
        end = new ConnectionEnd(loop, times);
        input = new InputSwitch(loop.transport);
    }

    /** What it reads requests by. Not to be asked for when it has become a stream. */
    RequestDecoder decoder() {
        final RequestDecoder current = decoder;
        if (current == null) {
            throw new IllegalStateException("a stream reads no requests");
        }
        return current;
    }

    Channel channel() {
        return context().channel();
    }

    /** Where routes put their answers. */
    AnswerTurns turns() {
        return turns;
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
        loop.publishers.onChange();
    }

    boolean wantsInput() {
        return state == State.OPEN && intake.isWanted() && channel().isWritable();
    }

    boolean isOpen() {
        return state == State.OPEN;
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
                if (message instanceof HttpRequest request) {
                    intake.onRequest(request);
                }
                if (message instanceof HttpContent content) {
                    intake.onContent(content);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** Told by the decoder: a header line begins with white space. */
    void onFoldedHeader() {
        isInBurst = true;
        intake.onFoldedHeader();
    }

    void readBody(final HttpExchange exchange, final boolean wanted) {
        if (!wanted && !exchange.isAborted && state == State.OPEN) {
            intake.pause(exchange);
            input.read(channel(), false);
        } else if (wanted && intake.resume(exchange)) {
            markDirty();
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

    // ---- what goes out

    /** Its head is written: what follows is the stream's. */
    void openStream(final Exchange.StreamHandler handler) {
        state = State.STREAM;
        stream = handler;
        loop.remove(this);
        handler.onOpen(channel());
        markDirty();
        if (state == State.STREAM) {
            final RequestDecoder last = decoder();
            context().pipeline().remove(last); // hands on what it still has
            decoder = null; // so that its buffers do not live as long as the stream
            input.read(channel(), true);
            if (last.isInputShutdown()) { // it would not be told again
                end.onInputShutdown();
                end.begin(context());
            }
        }
    }

    /** Has what was collected sent soon. */
    void markDirty() {
        if (!isInBurst && !isDirty) {
            isDirty = true;
            loop.flushLater(this);
        }
    }

    /** Sends what was collected, then goes on reading if that made room. */
    void flush() {
        isDirty = false;
        answers.flush();
        if (wantsInput() && decoder().hasWork()) {
            isInBurst = true;
            try {
                decoder().resume(context().pipeline().context(decoder()));
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
        end.onInputShutdown();
        if (state == State.OPEN) {
            intake.onInputShutdown();
            closeAfterLast();
        } else {
            channel().close();
        }
    }

    /** Reads no further request and closes as soon as all that came before is answered. */
    void closeAfterLast() {
        intake.stop();
        final HttpExchange last = answers.last();
        if (last != null && !last.isAnswered) {
            last.isKeepAlive = false;
        }
        turns.proceed();
        markDirty();
    }

    /** Ends a connection whose requests are answered or not worth an answer. */
    void drain() {
        if (intake.isBetweenRequests() && answers.isEmpty() && state == State.OPEN) {
            closeAfterLast();
        }
    }

    /** Has an unfinished body answered with how far it got. */
    void stopBody() {
        if (intake.stopBody()) {
            markDirty();
        }
    }

    /** Ends it with what was answered so far. */
    void close() {
        state = State.CLOSING;
        intake.dropAll();
        answers.flush();
        if (channel().pipeline().context(decoder()) != null) {
            context().pipeline().remove(decoder());
        }
        input.read(channel(), true);
        if (decoder().isInputShutdown()) {
            end.onInputShutdown();
        }
        end.begin(context());
    }

    @Override
    public void channelInactive(final ChannelHandlerContext ignored) {
        state = State.CLOSED;
        loop.counters.connectionsClosed.increment();
        loop.remove(this);
        loop.publishers.onChange();
        final Exchange.StreamHandler handler = stream;
        stream = null;
        if (handler != null) {
            handler.onClose(channel());
        }
        intake.dropAll();
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
        if (times.isAnswerStuck(nowNs, answers.isAllTaken(), answers.takenLength())) {
            channel().close();
        } else if (state != State.CLOSING) {
            intake.sweep(nowNs, decoder().isInsideHead() && wantsInput());
        } else if (end.isOver(nowNs)) {
            channel().close();
        }
    }
}
