package dev.weft.server.query;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.WholeNumber;
import dev.weft.server.stream.subscription.FilterParser;

/** Reads whole numbers of a query. Stateless. */
public final class Numbers {
    private Numbers() {}

    /**
     * The number that a parameter says.
     *
     * @param otherwise if it is absent.
     * @throws dev.weft.server.http.ProblemException 400 if it is no number of the range, or there
     *     are two.
     */
    public static long of(
            final QueryParameters query,
            final String name,
            final long otherwise,
            final long min,
            final long max) {
        final String text = query.one(name);
        if (text == null) {
            return otherwise;
        }
        final long value = WholeNumber.parse(text);
        if (value < min || value > max) {
            throw FilterParser.refused(name, "must be a whole number from " + min + " to " + max);
        }
        return value;
    }
}
