package dev.weft.server.query.page;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.query.ItemWriter;
import dev.weft.server.query.Questions;
import dev.weft.server.query.Scope;
import java.util.function.UnaryOperator;

/** {@code GET /events}: a page of history. One object serves all I/O loops. */
public final class PageRoute implements Route {
    private final Questions questions;
    private final Scope.Parser scopes;
    private final UnaryOperator<ItemWriter> slashed;

    /**
     * Makes the route.
     *
     * @param slashed how events stand in the answer to a path that ends in a slash.
     */
    public PageRoute(
            final Questions questions,
            final Scope.Parser scopes,
            final UnaryOperator<ItemWriter> slashed) {
        this.questions = questions;
        this.scopes = scopes;
        this.slashed = slashed;
    }

    @Override
    public void handle(final Exchange exchange) {
        PageWish wish = PageWish.parse(exchange.query(), scopes);
        if (exchange.path().endsWith("/")) {
            wish = wish.writtenBy(slashed.apply(wish.writer()));
        }
        questions.ask(exchange, new PageQuestion(wish));
    }
}
