package dev.weft.server.query;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.http.WholeNumber;
import dev.weft.server.journal.Journal;
import io.netty.buffer.ByteBuf;

/** {@code GET /events/{seq}}: one envelope. One object serves all I/O loops. */
public final class EventRoute implements Route {
    private static final Problem LOST =
            new Problem(
                    404, "there is no event with this sequence: it was never used, or is damaged");

    private final History history;
    private final Journal journal;

    public EventRoute(final History history, final Journal journal) {
        this.history = history;
        this.journal = journal;
    }

    @Override
    public void handle(final Exchange exchange) {
        final long sequence = WholeNumber.parse(exchange.pathVariable("seq"));
        if (!exchange.query().names().isEmpty()) {
            exchange.respond(new Problem(400, "query: a single event takes no parameters"));
        } else if (sequence < 1 || sequence > journal.appendedSequence()) {
            exchange.respond(new Problem(404, "there is no event with this sequence"));
        } else {
            final ConnectionReads reads = ConnectionReads.of(exchange.channel());
            reads.start(() -> read(exchange, reads, sequence));
        }
    }

    private void read(final Exchange exchange, final ConnectionReads reads, final long sequence) {
        if (!history.offer(
                new EventRead(
                        exchange.channel().alloc(),
                        exchange.eventLoop(),
                        sequence,
                        read -> respond(exchange, reads, read)))) {
            exchange.respond(Refusals.BUSY);
            reads.end();
        }
    }

    private void respond(
            final Exchange exchange, final ConnectionReads reads, final EventRead read) {
        final ByteBuf envelope = read.take();
        if (envelope != null) {
            exchange.respond(200, "application/json", reads.ending(envelope), null);
            return;
        }
        reads.end();
        if (read.outcome() != History.Read.Outcome.READ) {
            exchange.respond(Refusals.of(read.outcome()));
        } else if (read.firstSequence() < journal.oldestSequence()) {
            exchange.respond(Refusals.gone("this event is gone", journal.oldestSequence()));
        } else {
            exchange.respond(LOST);
        }
    }
}
