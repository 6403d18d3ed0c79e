package dev.weft.server.aggregate;

import dev.weft.protocol.Problem;
import dev.weft.protocol.event.TextRules;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueriedExchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.RouteTable;
import dev.weft.server.query.NarrowedQuery;
import dev.weft.server.query.Questions;
import dev.weft.server.query.page.PageRoute;
import dev.weft.server.stream.SubscribeRoute;
import dev.weft.server.stream.subscription.Accept;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /agents/{id}} and {@code GET /workflows/{id}}: what became of one, and its events as a
 * page or a stream. One for each I/O loop.
 */
public final class LifeRoute {
    private static final String ID = "id";

    private final String kind;
    private final Questions questions;
    private final PageRoute pages;
    private final SubscribeRoute streams;

    private LifeRoute(
            final String kind,
            final Questions questions,
            final PageRoute pages,
            final SubscribeRoute streams) {
        this.kind = kind;
        this.questions = questions;
        this.pages = pages;
        this.streams = streams;
    }

    /** Adds those of agents and of workflows. */
    public static void add(
            final RouteTable.Builder routes,
            final Questions questions,
            final PageRoute pages,
            final SubscribeRoute streams) {
        for (final EmitterKind each : List.of(EmitterKind.AGENT, EmitterKind.WORKFLOW)) {
            final LifeRoute route = new LifeRoute(each.category(), questions, pages, streams);
            final String path = '/' + each.category() + "s/{" + ID + '}';
            routes.add(HttpMethod.GET, path, route::one)
                    .add(HttpMethod.GET, path + "/events", route::events);
        }
    }

    private void one(final Exchange exchange) {
        FilterParser.checkNames(exchange.query(), Set.of());
        questions.ask(exchange, new LifeQuestion(kind, id(exchange)));
    }

    /** A page as {@code GET /events} has them, or a stream; what the Accept header prefers. */
    private void events(final Exchange exchange) {
        final String subject = kind + '/' + id(exchange);
        final QueryParameters query = NarrowedQuery.about(subject, exchange.query());
        final List<String> accept = exchange.headers().getAll("Accept");
        final double quality =
                Math.max(
                        Accept.quality(accept, Accept.EVENT_STREAM),
                        Accept.quality(accept, Accept.NDJSON));
        if (quality > 0 && quality >= Accept.quality(accept, Accept.JSON)) {
            stream(exchange, subject, query);
        } else {
            pages.handle(
                    exchange, query, (index, head) -> LifeQuestion.check(index, subject, head));
        }
    }

    /** Begins with what is appended from now on, although it is looked for first. */
    private void stream(
            final Exchange exchange, final String subject, final QueryParameters query) {
        final Runnable opening = streams.opening(new QueriedExchange(exchange, query));
        questions.ask(
                exchange,
                (index, head, allocator) -> {
                    LifeQuestion.check(index, subject, head);
                    return Unpooled.EMPTY_BUFFER;
                },
                found -> {
                    found.release();
                    opening.run();
                });
    }

    private static String id(final Exchange exchange) {
        final String id = exchange.pathVariable(ID);
        if (!TextRules.isSubjectId(id)) {
            throw new ProblemException(
                    new Problem(400, "id: must be 1 to 200 of [A-Za-z0-9._:@-]"));
        }
        return id;
    }
}
