package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.HttpLimits;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Gives the requests of one connection their answers, each when it is its turn, and decides with
 * which of them the connection ends or becomes a stream. Thread: the channel's event loop.
 */
final class AnswerTurns {
    private static final Problem WITH_BODY =
            new Problem(400, "body: a request for a stream must not have one");

    private final HttpConnection connection;
    private final LoopContext loop;
    private final AnswerQueue answers;
    private final RequestIntake intake;

    AnswerTurns(
            final HttpConnection connection,
            final LoopContext loop,
            final AnswerQueue answers,
            final RequestIntake intake) {
        this.connection = connection;
        this.loop = loop;
        this.answers = answers;
        this.intake = intake;
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
        exchange.isCloseAnswered = isLastAnswer(exchange);
        if (answers.put(exchange, status, contentType, body, headerLines)) {
            proceed();
        }
        connection.markDirty();
    }

    /**
     * A request with a body that nobody wanted, or that has not ended, is refused: its slot would
     * be taken for as long as that lasts.
     */
    void stream(
            final HttpExchange exchange, final ByteBuf head, final Exchange.StreamHandler handler) {
        final boolean isRefused =
                exchange.hasBody && (exchange.consumer == null || !exchange.isComplete);
        if (isRefused || !begin(exchange)) {
            head.release();
            handler.onClose(connection.channel());
            if (isRefused) {
                exchange.respond(WITH_BODY);
            }
            return;
        }
        loop.counters.answers(ResponseHead.status(head)).increment();
        exchange.isCloseAnswered = !exchange.isKeepAlive;
        answers.putStream(exchange, head);
        if (exchange.isHead()) {
            handler.onClose(connection.channel());
        } else {
            exchange.stream = handler;
            intake.stop();
        }
        proceed();
        connection.markDirty();
    }

    /** Whether this is the first answer to a request whose client is still there. */
    private boolean begin(final HttpExchange exchange) {
        if (!loop.loop.inEventLoop()) {
            throw new IllegalStateException("answers are given on the connection's event loop");
        }
        if (exchange.isAborted || !connection.isOpen()) {
            return false;
        }
        if (exchange.isAnswered) {
            throw new IllegalStateException(
                    "answered twice: " + exchange.method() + ' ' + exchange.path());
        }
        exchange.isAnswered = true;
        intake.resume(exchange);
        return true;
    }

    /** Whether the connection ends with this answer, which it then has to say. */
    private boolean isLastAnswer(final HttpExchange exchange) {
        if (!exchange.isKeepAlive) {
            return true;
        }
        if (intake.isReading(exchange) && !exchange.isComplete) { // is the rest worth reading?
            return exchange.isContinueExpected
                    || exchange.bodyRemaining < 0 // nobody knows how much it is
                    || exchange.bodyRemaining > HttpLimits.DISCARDED_LENGTH_MAX;
        }
        return loop.isDraining() && intake.isBetweenRequests() && answers.last() == exchange;
    }

    /** Takes every answer whose turn it is, up to the first request that has none yet. */
    void proceed() {
        while (connection.isOpen()) {
            final HttpExchange first = answers.first();
            if (answers.isLastEmitted()) {
                connection.close();
            } else if (first == null) {
                if (intake.isOver()) {
                    connection.close();
                }
                return;
            } else if (!first.isAnswered) {
                if (first.isContinueExpected && first.consumer != null && intake.isReading(first)) {
                    first.isContinueExpected = false;
                    answers.emitContinue();
                    connection.markDirty();
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
        connection.openStream(handler);
    }
}
