package dev.weft.server.query.export;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.query.EventFields;
import dev.weft.server.query.ItemWriter;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Order;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which lines are wanted.
 *
 * @param limit most events, {@code Long.MAX_VALUE} for all.
 * @param writer of an event.
 */
record ExportWish(Scope scope, boolean isAscending, long limit, ItemWriter writer) {
    private static final String LIMIT = "limit";
    private static final Set<String> NAMES =
            Stream.concat(Scope.NAMES.stream(), Stream.of(Order.NAME, LIMIT, EventFields.NAME))
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * Reads a query.
     *
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    static ExportWish parse(final QueryParameters query, final Scope.Parser scopes) {
        FilterParser.checkNames(query, NAMES);
        return new ExportWish(
                scopes.parse(query),
                Order.isAscending(query, true),
                Numbers.of(query, LIMIT, Long.MAX_VALUE, 1, Long.MAX_VALUE),
                EventFields.parse(query));
    }

    /** Whether the lines are simply the journal. */
    boolean isPlain() {
        return isAscending && scope.filter().isAll() && writer == ItemWriter.ENVELOPE;
    }
}
