package dev.weft.server.query;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.stream.FilterParser;

/** Reads whole numbers of a query. Stateless. */
public final class Numbers {
    private static final int DIGITS_MAX = 19; // of Long.MAX_VALUE

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
        final long value = parse(text);
        if (value < min || value > max) {
            throw FilterParser.refused(name, "must be a whole number from " + min + " to " + max);
        }
        return value;
    }

    /** Value of a text of digits only, -1 for anything else. */
    private static long parse(final String text) {
        if (text.isEmpty() || text.length() > DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            final int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit; // 19 digits overflow at most once, into the negative
        }
        return value < 0 ? -1 : value;
    }
}
