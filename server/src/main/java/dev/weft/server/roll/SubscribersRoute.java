package dev.weft.server.roll;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.http.WholeNumber;
import dev.weft.server.stream.facts.SubscriberFacts;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * {@code GET /subscribers}: a page of them, and {@code GET /subscribers/{id}}: one. One object
 * serves all I/O loops.
 */
public final class SubscribersRoute implements Route {
    private static final String NO_STORE = "Cache-Control: no-store\r\n";
    private static final int LIMIT_MAX = 1_000;
    private static final int LIMIT_DEFAULT = 100;
    private static final Set<String> PARAMETERS = Set.of("after", "limit");

    private final RollCall rollCall;
    private final IntSupplier total;

    /**
     * @param total how many there are now.
     */
    public SubscribersRoute(final RollCall rollCall, final IntSupplier total) {
        this.rollCall = rollCall;
        this.total = total;
    }

    @Override
    public void handle(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        final Set<String> unknown = new TreeSet<>(query.names());
        unknown.removeAll(PARAMETERS);
        if (!unknown.isEmpty()) {
            throw refused("query", "a page of subscribers takes after and limit only");
        }
        final String after = query.one("after");
        final String limit = query.one("limit");
        final long afterId = after == null ? 0 : number(after, "after", 0, Long.MAX_VALUE);
        final int count =
                limit == null ? LIMIT_DEFAULT : (int) number(limit, "limit", 1, LIMIT_MAX);
        ask(
                exchange,
                afterId,
                count + 1,
                found -> page(exchange, found, count)); // one to look ahead
    }

    /** The route of one subscriber. */
    public Route one() {
        return exchange -> {
            if (!exchange.query().names().isEmpty()) {
                throw refused("query", "a single subscriber takes no parameters");
            }
            final String text = exchange.pathVariable("id");
            final long id = WholeNumber.parse(text);
            if (id < 1) {
                exchange.respond(unknown());
                return;
            }
            ask(
                    exchange,
                    id - 1,
                    1,
                    found -> {
                        if (found.isEmpty() || found.get(0).id() != id) {
                            exchange.respond(unknown());
                        } else {
                            respond(
                                    exchange,
                                    FactsJson.append(new StringBuilder(512), found.get(0)));
                        }
                    });
        };
    }

    private void ask(
            final Exchange exchange,
            final long afterId,
            final int count,
            final Consumer<List<SubscriberFacts>> then) {
        try {
            rollCall.ask(afterId, count, exchange.eventLoop(), then);
        } catch (final RejectedExecutionException ex) {
            exchange.respond(new Problem(503, "the server stops"));
        }
    }

    private void page(final Exchange exchange, final List<SubscriberFacts> found, final int count) {
        final int end = Math.min(count, found.size());
        final StringBuilder json = new StringBuilder(512 + 512 * end).append("{\"subscribers\":[");
        for (int i = 0; i < end; i++) {
            FactsJson.append(json.append(i == 0 ? "" : ","), found.get(i));
        }
        json.append("],\"limit\":").append(count).append(",\"total\":").append(total.getAsInt());
        if (found.size() > end) {
            json.append(",\"next_after\":\"").append(found.get(end - 1).id()).append('"');
        }
        respond(exchange, json.append('}'));
    }

    private static void respond(final Exchange exchange, final StringBuilder json) {
        exchange.respond(
                200,
                MediaTypes.JSON,
                ByteBufUtil.writeUtf8(exchange.channel().alloc(), json),
                NO_STORE);
    }

    private static Problem unknown() {
        return new Problem(404, "there is no subscriber with this id, or no longer");
    }

    private static long number(
            final String text, final String name, final long min, final long max) {
        final long value = WholeNumber.parse(text);
        if (value < min || value > max) {
            throw refused(name, "must be a whole number from " + min + " to " + max);
        }
        return value;
    }

    private static ProblemException refused(final String name, final String rule) {
        return new ProblemException(new Problem(400, name + ": " + rule));
    }
}
