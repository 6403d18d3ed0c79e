package dev.weft.server.query.page;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.index.EventIndex;
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

    /**
     * Answers a page of something that has to be there.
     *
     * @param query what {@code GET /events} would be asked.
     * @param check asked first, on the query thread; it throws what is answered instead.
     */
    public void handle(final Exchange exchange, final QueryParameters query, final Check check) {
        final PageQuestion page = new PageQuestion(PageWish.parse(query, scopes));
        questions.ask(
                exchange,
                (index, head, allocator) -> {
                    check.check(index, head);
                    return page.answer(index, head, allocator);
                });
    }

    /** Looks whether something is there. */
    @FunctionalInterface
    public interface Check {
        /**
         * Looks among all events up to a sequence. Thread: query.
         *
         * @throws dev.weft.server.http.ProblemException if it is not there.
         */
        void check(EventIndex index, long head);
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
