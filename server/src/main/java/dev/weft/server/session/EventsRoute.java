package dev.weft.server.session;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueriedExchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.subscription.Accept;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * {@code GET …/sessions/{session_id}/events}: a page, or with {@code Accept: text/event-stream} the
 * stream of the session's events. One for each I/O loop.
 */
final class EventsRoute implements Route {
    private final Questions questions;
    private final SubscribeRoute streams;

    EventsRoute(final Questions questions, final SubscribeRoute streams) {
        this.questions = questions;
        this.streams = streams;
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
