package dev.weft.server.query.export;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;

/** {@code GET /events} as NDJSON: all events of a question. One object serves all I/O loops. */
public final class ExportRoute implements Route {
    private final History history;
    private final Journal journal;
    private final Scope.Parser scopes;

    public ExportRoute(final History history, final Journal journal, final Scope.Parser scopes) {
        this.history = history;
        this.journal = journal;
        this.scopes = scopes;
    }

    @Override
    public void handle(final Exchange exchange) {
        Export.begin(exchange, ExportWish.parse(exchange.query(), scopes), history, journal);
    }
}
