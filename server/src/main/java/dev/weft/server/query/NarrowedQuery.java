package dev.weft.server.query;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.List;

/** Adds to a query what the path of the request says already. Stateless. */
public final class NarrowedQuery {
    private static final String SUBJECT = "subject";

    private NarrowedQuery() {}

    /**
     * The same query, about one subject.
     *
     * @throws dev.weft.server.http.ProblemException 400 if it names one itself.
     */
    public static QueryParameters about(final String subject, final QueryParameters query) {
        if (query.names().contains(SUBJECT)) {
            throw FilterParser.refused(SUBJECT, "is said by the path here");
        }
        return query.changed(List.of(SUBJECT, subject), (name, value) -> value);
    }
}
