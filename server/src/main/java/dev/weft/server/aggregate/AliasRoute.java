package dev.weft.server.aggregate;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueriedExchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import java.util.Set;

/**
 * A route of streams or history that also takes the filters by aggregate, and where it shows items,
 * their times. Any I/O loop.
 */
public final class AliasRoute implements Route {
    private static final String ITEMS = "/events/";

    private final Route route;
    private final AliasedQuery aliases;

    /**
     * Makes the route.
     *
     * @param categories all that an event may have.
     */
    public AliasRoute(final Route route, final Set<String> categories) {
        this.route = route;
        aliases = new AliasedQuery(categories);
    }

    @Override
    public void handle(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        QueryParameters translated = aliases.translate(query);
        if (exchange.path().equals(ITEMS)) {
            translated = ItemTimes.withOffset(translated);
        }
        route.handle(translated == query ? exchange : new QueriedExchange(exchange, translated));
    }
}
