package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * What comes in on one connection: requests go to their routes, bodies to who wants them, and what
 * cannot be understood is answered and is the last. Knows whose body is on its way, who has it
 * paused, and whether a further request is read. Thread: the channel's event loop.
 */
final class RequestIntake {
    private static final Problem MALFORMED_CHUNKS =
            new Problem(400, "body: the chunked encoding is malformed");
    private static final Problem FOLDED =
            new Problem(400, "request: a line begins with white space");
    private static final Problem HEAD_TOO_SLOW =
            new Problem(408, "request: its head took longer than 10 s");
    private static final Problem BODY_SILENT = new Problem(408, "body: nothing came for 30 s");
    private static final Problem BODY_TOO_SLOW =
            new Problem(408, "body: less than 64 KiB of it came within 30 s");

    private final HttpConnection connection;
    private final LoopContext loop;
    private final AnswerQueue answers;
    private final RequestDispatch dispatch;
    private final TimeLimits times;
    private @Nullable HttpExchange reading; // its body is on its way in
    private @Nullable HttpExchange pausedBy;
    private boolean isDone; // no further request is read
    private long discardedLength;

    RequestIntake(
            final HttpConnection connection,
            final LoopContext loop,
            final OriginRules origins,
            final AnswerQueue answers,
            final TimeLimits times) {
        this.connection = connection;
        this.loop = loop;
        this.answers = answers;
        this.times = times;
        dispatch = new RequestDispatch(connection, loop, origins);
    }

    /** Whether the next bytes are wanted, as far as requests and bodies go. */
    boolean isWanted() {
        if (pausedBy != null) {
            return false;
        }
        return reading != null
                || (!isDone && !loop.isDraining() && answers.size() < HttpLimits.UNANSWERED_MAX);
    }

    /** Whether all that will be read from this connection was read. */
    boolean isOver() {
        return reading == null && (isDone || loop.isDraining());
    }

    /** Whether the body of this request is on its way in. */
    boolean isReading(final HttpExchange exchange) {
        return reading == exchange;
    }

    /** Whether no request is unfinished. */
    boolean isBetweenRequests() {
        return reading == null;
    }

    /** Reads no further request. */
    void stop() {
        isDone = true;
    }

    void onRequest(final HttpRequest request) {
        if (isDone) {
            return;
        }
        times.onHead();
        if (request.decoderResult().isFailure()) {
            refuse(RequestDispatch.problemOf(request.decoderResult().cause()));
            return;
        }
        loop.counters.requests.increment();
        final HttpExchange exchange = dispatch.begin(request);
        answers.add(exchange);
        reading = exchange;
        discardedLength = 0;
        if (exchange.hasBody) {
            loop.publishers.add(connection);
        }
        dispatch.handle(exchange);
        isDone |= !exchange.isKeepAlive;
        connection.turns().proceed();
    }

    void onContent(final HttpContent content) {
        final HttpExchange exchange = reading;
        if (exchange == null) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            refuse(MALFORMED_CHUNKS);
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
            discard(exchange, length, isLast);
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
            connection.turns().proceed();
        }
    }

    /** Drops a piece of a body that nobody wants; too much of that ends the connection. */
    private void discard(final HttpExchange exchange, final int length, final boolean isLast) {
        discardedLength += length;
        if (discardedLength > HttpLimits.DISCARDED_LENGTH_MAX && !isLast) {
            exchange.isKeepAlive = false; // its answer says so: it is not given yet, or did already
            isDone = true;
            reading = null;
            connection.turns().proceed();
        }
    }

    /** A header line was folded, which is refused: proxies disagree about its meaning. */
    void onFoldedHeader() {
        refuse(FOLDED);
    }

    /** Answers what cannot be understood and closes; nothing after it is looked at. */
    private void refuse(final Problem problem) {
        isDone = true;
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
        connection.closeAfterLast();
    }

    /** Reads nothing further until this exchange takes it back. */
    void pause(final HttpExchange exchange) {
        pausedBy = exchange;
        times.onPaused();
    }

    /** Takes a pause back; whether this exchange had it. */
    boolean resume(final HttpExchange exchange) {
        if (pausedBy != exchange) {
            return false;
        }
        pausedBy = null;
        return true;
    }

    /** Has an unfinished body answered with how far it got; whether there was one. */
    boolean stopBody() {
        final HttpExchange unfinished = reading;
        final Exchange.BodyConsumer consumer = unfinished == null ? null : unfinished.consumer;
        if (unfinished == null || consumer == null || unfinished.isAnswered) {
            return false;
        }
        unfinished.isKeepAlive = false;
        consumer.onStop();
        return true;
    }

    /** The client closed its side: a body that has not ended never will. */
    void onInputShutdown() {
        final HttpExchange broken = reading;
        if (broken != null) {
            reading = null;
            answers.drop(broken);
        }
    }

    /** Gives up everything that has no answer yet. */
    void dropAll() {
        final HttpExchange broken = reading;
        reading = null;
        pausedBy = null;
        answers.dropAll();
        if (broken != null) {
            broken.drop(); // also if its answer is out already
        }
    }

    /** Looks at the time limits of what is on its way in. */
    void sweep(final long nowNs, final boolean isInsideHead) {
        final HttpExchange body = reading;
        if (body != null) {
            if (pausedBy != null) {
                times.onPaused();
            }
            onPassed(times.lookAtBody(nowNs, isRateAsked(body)));
        } else if (isInsideHead) {
            onPassed(times.lookAtHead(nowNs));
        } else if (answers.isEmpty()) {
            onPassed(times.lookAtIdle(nowNs));
        }
    }

    /** A live stream of lines is as fast as what happens at the publisher. */
    private static boolean isRateAsked(final HttpExchange body) {
        final Exchange.BodyConsumer consumer = body.isAnswered ? null : body.consumer;
        return body.bodyRemaining >= 0 || consumer == null || !consumer.isLive();
    }

    private void onPassed(final TimeLimits.Passed limit) {
        switch (limit) {
            case NONE -> {}
            case HEAD -> refuse(HEAD_TOO_SLOW);
            case BODY_SILENCE -> refuse(BODY_SILENT);
            case BODY_RATE -> refuse(BODY_TOO_SLOW);
            case IDLE -> connection.closeAfterLast();
        }
    }
}
