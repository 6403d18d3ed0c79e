package dev.weft.server.ingest;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.ingest.IngestCounters.Refusal;

/** {@code POST /events} and {@code POST /events/publish}. One per I/O loop. */
public final class PublishRoute implements Route {
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    private final IngestLoop loop;
    private final PublishOptions options = new PublishOptions();

    public PublishRoute(final IngestLoop loop) {
        this.loop = loop;
    }

    @Override
    public void handle(final Exchange exchange) {
        final Problem problem = options.read(exchange, loop.config().durable());
        if (problem != null) {
            final boolean isType = problem.status() == UNSUPPORTED_MEDIA_TYPE;
            loop.counters().onRefused(isType ? Refusal.CONTENT_TYPE : Refusal.BAD_INPUT);
            exchange.respond(problem);
        } else if (options.isLines()) {
            exchange.onBody(new LinePublication(loop, exchange, options.isDurable()));
        } else {
            loop.acquirePublication().begin(exchange, options);
        }
    }
}
