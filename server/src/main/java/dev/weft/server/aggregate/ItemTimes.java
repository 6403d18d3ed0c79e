package dev.weft.server.aggregate;

import dev.weft.protocol.TimeText;
import dev.weft.server.http.QueryParameters;
import java.util.List;
import java.util.Set;

/**
 * Takes the {@code timestamp} of an item, which is UTC and has no offset, for a bound of a query:
 * as if a Z stood behind it. Stateless.
 */
final class ItemTimes {
    private static final Set<String> BOUNDS = Set.of("since", "until");

    private ItemTimes() {}

    /** The same query, its times with an offset; what is no time stays as it is. */
    static QueryParameters withOffset(final QueryParameters query) {
        if (query.names().stream().noneMatch(BOUNDS::contains)) {
            return query;
        }
        return query.changed(
                List.of(),
                (name, value) ->
                        BOUNDS.contains(name) && isWithoutOffset(value) ? value + 'Z' : value);
    }

    private static boolean isWithoutOffset(final String text) {
        return TimeText.time(text) == TimeText.INVALID
                && TimeText.time(text + 'Z') != TimeText.INVALID;
    }
}
