package dev.weft.server.query;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.stream.subscription.Accept;
import java.util.List;

/**
 * {@code GET /events}: what the Accept header prefers; a live stream, lines of history, or a page
 * of it. One object serves all I/O loops.
 */
public final class EventsRoute implements Route {
    private final Route stream;
    private final Route lines;
    private final Route page;

    /**
     * Makes the route.
     *
     * @param stream answers {@code text/event-stream}.
     * @param lines answers {@code application/x-ndjson}.
     * @param page answers everything else.
     */
    public EventsRoute(final Route stream, final Route lines, final Route page) {
        this.stream = stream;
        this.lines = lines;
        this.page = page;
    }

    @Override
    public void handle(final Exchange exchange) {
        final List<String> accept = exchange.headers().getAll("Accept");
        final double streamQuality = Accept.quality(accept, Accept.EVENT_STREAM);
        final double linesQuality = Accept.quality(accept, Accept.NDJSON);
        final double pageQuality = Accept.quality(accept, Accept.JSON);
        if (streamQuality > 0 && streamQuality >= Math.max(linesQuality, pageQuality)) {
            stream.handle(exchange);
        } else if (linesQuality > 0 && linesQuality >= pageQuality) {
            lines.handle(exchange);
        } else {
            page.handle(exchange);
        }
    }
}
