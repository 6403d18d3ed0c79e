package dev.weft.server.session;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueriedExchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.http.RouteTable;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.Accept;
import dev.weft.server.stream.SubscribeRoute;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/**
 * {@code GET …/sessions/{session_id}/events}: a page, or with {@code Accept: text/event-stream} the
 * stream of the session's events. One for each I/O loop.
 */
public final class SessionRoute implements Route {
    private static final List<String> PREFIXES =
            List.of("/sessions", "/v1/sessions", "/api/v2/sessions");

    private final Questions questions;
    private final SubscribeRoute streams;

    private SessionRoute(final Questions questions, final SubscribeRoute streams) {
        this.questions = questions;
        this.streams = streams;
    }

    /** Adds it under all of its names. */
    public static void add(
            final RouteTable.Builder routes,
            final Questions questions,
            final SubscribeRoute streams) {
        final Route route = new SessionRoute(questions, streams);
        for (final String prefix : PREFIXES) {
            routes.add(HttpMethod.GET, prefix + "/{session_id}/events", route);
        }
    }

    @Override
    public void handle(final Exchange exchange) {
        final SessionWish wish = SessionWish.parse(exchange);
        final List<String> accept = exchange.headers().getAll("Accept");
        final double quality = Accept.quality(accept, Accept.EVENT_STREAM);
        if (quality > 0 && quality >= Accept.quality(accept, Accept.JSON)) {
            stream(exchange, wish);
        } else {
            questions.ask(exchange, new SessionQuestion(wish));
        }
    }

    /** Begins with what is appended from now on, although the session is looked for first. */
    private void stream(final Exchange exchange, final SessionWish wish) {
        final QueryParameters query =
                QueryParameters.of(wish.streamQuery(exchange.query().one("since")));
        final Runnable opening = streams.opening(new QueriedExchange(exchange, query));
        questions.ask(
                exchange,
                (index, head, allocator) -> {
                    SessionQuestion.check(index, wish, head);
                    return Unpooled.EMPTY_BUFFER;
                },
                found -> {
                    found.release();
                    opening.run();
                });
    }
}
