package dev.weft.server.query;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One question on its way to an answer: from the loop to the query thread and back. */
final class QuestionRead implements History.Read {
    private final Exchange exchange;
    private final ConnectionReads reads;
    private final Question question;
    private final Consumer<ByteBuf> whenAnswered;
    private final long head;
    private @Nullable ByteBuf body;
    private @Nullable Problem problem;

    QuestionRead(
            final Exchange exchange,
            final ConnectionReads reads,
            final Question question,
            final Consumer<ByteBuf> whenAnswered,
            final long head) {
        this.exchange = exchange;
        this.reads = reads;
        this.question = question;
        this.whenAnswered = whenAnswered;
        this.head = head;
    }

    @Override
    public long head() {
        return head;
    }

    @Override
    public long firstSequence() {
        return 1; // it may need any that there is
    }

    @Override
    public boolean isLong() {
        return question.isLong();
    }

    @Override
    public boolean read(final History.Sources sources) {
        try {
            body = question.answer(sources.index(), head, exchange.channel().alloc());
            return body != null;
        } catch (final ProblemException ex) {
            problem = ex.problem();
            return true;
        }
    }

    @Override
    public @Nullable ByteBuf bytes() {
        return body;
    }

    @Override
    public void bytes(final ByteBuf counted) {
        body = counted;
    }

    @Override
    public void answer(final Outcome outcome) {
        try {
            exchange.eventLoop().execute(() -> respond(outcome));
        } catch (
                final RejectedExecutionException ex) { // the loop has ended, and the client with it
            final ByteBuf unsent = body;
            body = null;
            if (unsent != null) {
                unsent.release();
            }
        }
    }

    private void respond(final Outcome outcome) {
        final ByteBuf answer = body;
        body = null;
        if (outcome == Outcome.READ && answer != null) {
            give(reads.ending(answer));
            return;
        }
        if (answer != null) {
            answer.release();
        }
        final Problem refusal = problem;
        try {
            exchange.respond(
                    outcome == Outcome.READ && refusal != null ? refusal : Refusals.of(outcome));
        } catch (final RuntimeException | OutOfMemoryError ex) {
            exchange.fail(ex);
        } finally {
            reads.end();
        }
    }

    private void give(final ByteBuf answer) {
        try {
            whenAnswered.accept(answer);
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            if (exchange.fail(ex) && answer.refCnt() > 0) {
                answer.release(); // which also ends its turn
            }
        }
    }
}
