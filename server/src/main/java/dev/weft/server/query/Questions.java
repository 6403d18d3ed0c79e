package dev.weft.server.query;

import dev.weft.server.http.Exchange;
import dev.weft.server.journal.Journal;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Has questions answered by the query thread. One object serves all I/O loops. */
public final class Questions {
    private static final String NO_STORE = "Cache-Control: no-store\r\n";

    private final History history;
    private final Journal journal;

    public Questions(final History history, final Journal journal) {
        this.history = history;
        this.journal = journal;
    }

    /**
     * Has a request answered, when its connection's turn and its own have come. What was appended
     * before this call is known to the question. Thread: the connection's loop.
     */
    public void ask(final Exchange exchange, final Question question) {
        ask(
                exchange,
                question,
                answer -> exchange.respond(200, "application/json", answer, NO_STORE));
    }

    /**
     * The same for an answer that is not simply sent.
     *
     * @param whenAnswered takes it over and releases it. Thread: the connection's loop.
     */
    public void ask(
            final Exchange exchange,
            final Question question,
            final Consumer<ByteBuf> whenAnswered) {
        final ConnectionReads reads = ConnectionReads.of(exchange.channel());
        final QuestionRead read =
                new QuestionRead(
                        exchange, reads, question, whenAnswered, journal.appendedSequence());
        reads.start(
                () -> {
                    if (!history.offer(read)) {
                        exchange.respond(Refusals.BUSY);
                        reads.end();
                    }
                });
    }
}
