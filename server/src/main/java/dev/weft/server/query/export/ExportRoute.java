package dev.weft.server.query.export;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code GET /events} as NDJSON: all events of a question. Thread: one I/O loop, as all of it. */
public final class ExportRoute implements Route {
    private final History history;
    private final Journal journal;
    private final Scope.Parser scopes;
    private final Set<Export> open = new HashSet<>();

    public ExportRoute(final History history, final Journal journal, final Scope.Parser scopes) {
        this.history = history;
        this.journal = journal;
        this.scopes = scopes;
    }

    @Override
    public void handle(final Exchange exchange) {
        Export.begin(exchange, ExportWish.parse(exchange.query(), scopes), history, journal, open);
    }

    /**
     * Cuts off what is still open because the server stops, so that its clients see that there is
     * more.
     *
     * @return how many there were.
     */
    public int cutOff() {
        final List<Export> left = List.copyOf(open);
        left.forEach(Export::cutOff);
        return left.size();
    }
}
