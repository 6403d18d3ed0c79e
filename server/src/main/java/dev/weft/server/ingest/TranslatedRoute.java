package dev.weft.server.ingest;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.ingest.IngestCounters.Refusal;

/**
 * Publishes one event per request in the form of another surface; limits, durability and refusals
 * are those of {@code POST /events}. One per I/O loop.
 */
public final class TranslatedRoute implements Route {
    private static final Problem LINES =
            new Problem(415, "Content-Type must be application/json, in UTF-8");
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;

    private final IngestLoop loop;
    private final Translation translation;
    private final PublishOptions options = new PublishOptions();

    public TranslatedRoute(final IngestLoop loop, final Translation translation) {
        this.loop = loop;
        this.translation = translation;
    }

    @Override
    public void handle(final Exchange exchange) {
        final Problem refused = options.read(exchange, loop.config().durable());
        final Problem problem = refused == null && options.isLines() ? LINES : refused;
        if (problem != null) {
            final boolean isType = problem.status() == UNSUPPORTED_MEDIA_TYPE;
            loop.counters().onRefused(isType ? Refusal.CONTENT_TYPE : Refusal.BAD_INPUT);
            exchange.respond(problem);
        } else {
            exchange.onBody(
                    new TranslatedPublication(loop, exchange, translation, options.isDurable()));
        }
    }
}
