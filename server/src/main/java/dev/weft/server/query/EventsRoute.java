package dev.weft.server.query;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.stream.SubscribeRoute;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code GET /events}: a stream if the Accept header asks for one, else a page of history. One
 * object serves all I/O loops.
 */
public final class EventsRoute implements Route {
    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;
    private static final Set<String> PARAMETERS = Set.of("after", "limit");

    private final Route stream;
    private final History history;

    /**
     * Makes the route.
     *
     * @param stream what answers a request for a stream.
     */
    public EventsRoute(final Route stream, final History history) {
        this.stream = stream;
        this.history = history;
    }

    @Override
    public void handle(final Exchange exchange) {
        if (SubscribeRoute.isStreamWanted(exchange.headers())) {
            stream.handle(exchange);
            return;
        }
        final QueryParameters query = exchange.query();
        final Set<String> unknown = new TreeSet<>(query.names());
        unknown.removeAll(PARAMETERS);
        if (!unknown.isEmpty()) {
            throw refused("query", "a page of history takes after and limit only");
        }
        final String after = query.one("after");
        final String limit = query.one("limit");
        final long afterSequence = after == null ? -1 : number(after, "after", 0, Long.MAX_VALUE);
        final int limitCount =
                limit == null ? LIMIT_DEFAULT : (int) number(limit, "limit", 1, LIMIT_MAX);
        final ConnectionReads reads = ConnectionReads.of(exchange.channel());
        final PageRead read = new PageRead(exchange, afterSequence, limitCount);
        reads.start(
                () -> {
                    if (!history.offer(read)) {
                        exchange.respond(EventRoute.BUSY);
                        reads.end();
                    }
                });
    }

    private static long number(
            final String text, final String name, final long min, final long max) {
        try {
            if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                final long value = Long.parseLong(text);
                if (value >= min && value <= max) {
                    return value;
                }
            }
        } catch (final NumberFormatException ex) {
            throw refused(name, "must be a whole number from " + min + " to " + max);
        }
        throw refused(name, "must be a whole number from " + min + " to " + max);
    }

    private static ProblemException refused(final String name, final String rule) {
        return new ProblemException(new Problem(400, name + ": " + rule));
    }
}
