package dev.weft.server.query;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.stream.subscription.FilterParser;

/** Reads in which order events are wanted. Stateless. */
public final class Order {
    /** The parameter. */
    public static final String NAME = "order";

    private Order() {}

    /**
     * Whether the oldest come first.
     *
     * @param otherwise if nothing is said.
     * @throws dev.weft.server.http.ProblemException 400 if it is neither asc nor desc.
     */
    public static boolean isAscending(final QueryParameters query, final boolean otherwise) {
        final String text = query.one(NAME);
        if (text == null) {
            return otherwise;
        }
        if (!text.equals("asc") && !text.equals("desc")) {
            throw FilterParser.refused(NAME, "must be asc (oldest first) or desc (newest first)");
        }
        return text.equals("asc");
    }
}
