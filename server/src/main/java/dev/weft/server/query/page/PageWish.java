package dev.weft.server.query.page;

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
import org.jspecify.annotations.Nullable;

/**
 * Which page is wanted.
 *
 * @param limit most events of it.
 * @param offset events to pass over; 0 with a cursor.
 * @param cursor where it goes on, null for a first page.
 * @param writer of its events.
 */
record PageWish(
        Scope scope,
        boolean isAscending,
        int limit,
        long offset,
        @Nullable PageCursor cursor,
        ItemWriter writer) {
    static final int LIMIT_DEFAULT = 100;
    static final int LIMIT_MAX = 1_000;

    private static final String LIMIT = "limit";
    private static final String OFFSET = "offset";
    private static final Set<String> NAMES =
            Stream.concat(
                            Scope.NAMES.stream(),
                            Stream.of(Order.NAME, LIMIT, OFFSET, PageCursor.NAME, EventFields.NAME))
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * Reads a query.
     *
     * @throws dev.weft.server.http.ProblemException 400 with the parameter and the rule it breaks.
     */
    static PageWish parse(final QueryParameters query, final Scope.Parser scopes) {
        FilterParser.checkNames(query, NAMES);
        final Scope scope = scopes.parse(query);
        final boolean isAscending = Order.isAscending(query, false);
        final String text = query.one(PageCursor.NAME);
        if (text != null && query.one(OFFSET) != null) {
            throw FilterParser.refused(
                    OFFSET, "contradicts cursor, which says where the page begins; give one only");
        }
        final PageCursor cursor = text == null ? null : PageCursor.decode(text);
        if (cursor != null
                && (cursor.hash() != scope.hash() || cursor.isAscending() != isAscending)) {
            throw FilterParser.refused(
                    PageCursor.NAME,
                    "is the one of another question; repeat order, filters and bounds of the first page");
        }
        return new PageWish(
                scope,
                isAscending,
                (int) Numbers.of(query, LIMIT, LIMIT_DEFAULT, 1, LIMIT_MAX),
                Numbers.of(query, OFFSET, 0, 0, Long.MAX_VALUE),
                cursor,
                EventFields.parse(query));
    }

    /** The same page, its events written in another way. */
    PageWish writtenBy(final ItemWriter other) {
        return new PageWish(scope, isAscending, limit, offset, cursor, other);
    }
}
