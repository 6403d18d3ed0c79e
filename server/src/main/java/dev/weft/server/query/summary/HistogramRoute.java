package dev.weft.server.query.summary;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.query.Questions;
import dev.weft.server.query.Scope;

/** {@code GET /events/histogram}: events by time. One object serves all I/O loops. */
public final class HistogramRoute implements Route {
    private final Questions questions;
    private final Scope.Parser scopes;

    public HistogramRoute(final Questions questions, final Scope.Parser scopes) {
        this.questions = questions;
        this.scopes = scopes;
    }

    @Override
    public void handle(final Exchange exchange) {
        questions.ask(
                exchange, new HistogramQuestion(HistogramWish.parse(exchange.query(), scopes)));
    }
}
