package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.protocol.TimeText;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.WholeNumber;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page of a session's events that somebody asks for.
 *
 * @param page from 1 on.
 * @param sinceUs exclusive, microseconds since the epoch; {@link TimeText#INVALID} for none.
 * @param eventType exact; null for all.
 */
record SessionWish(
        SessionId session, long page, int perPage, long sinceUs, @Nullable String eventType) {
    static final int PER_PAGE_DEFAULT = 20;
    static final int PER_PAGE_MAX = 100;

    private static final Set<String> NAMES = Set.of("page", "per_page", "since", "event_type");
    private static final Pattern EVENT_TYPE = Pattern.compile("[a-z_]{1,100}");

    /**
     * Reads a request.
     *
     * @throws ProblemException 400 with the text that clients of this surface know.
     */
    static SessionWish parse(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        final SessionId session = SessionId.parse(exchange.pathVariable("session_id"));
        FilterParser.checkNames(query, NAMES);
        return new SessionWish(
                session,
                number(query, "page", 1, Long.MAX_VALUE, "page must be at least 1"),
                (int)
                        number(
                                query,
                                "per_page",
                                PER_PAGE_DEFAULT,
                                PER_PAGE_MAX,
                                "per_page must be between 1 and " + PER_PAGE_MAX),
                since(query.one("since")),
                eventType(query.one("event_type")));
    }

    /** Everything that the session has. */
    EventQuery whole() {
        return session.about();
    }

    /** What may stand on a page. */
    EventQuery wanted() {
        EventQuery query = whole();
        if (eventType != null) {
            query = query.where(IndexField.TYPE, eventType);
        }
        return sinceUs == TimeText.INVALID ? query : query.since(sinceUs);
    }

    /** The same as filter of a stream: names and values in turn. */
    List<String> streamQuery(final @Nullable String since) {
        final List<String> query = new java.util.ArrayList<>();
        for (final String subject : session.subjects()) {
            query.addAll(List.of("subject", subject));
        }
        if (eventType != null) {
            query.addAll(List.of("type", eventType));
        }
        if (since != null) {
            query.addAll(List.of("since", since));
        }
        return query;
    }

    private static long number(
            final QueryParameters query,
            final String name,
            final long otherwise,
            final long max,
            final String rule) {
        final String text = query.one(name);
        if (text == null) {
            return otherwise;
        }
        final long value = WholeNumber.parse(text);
        if (value < 1 || value > max) {
            throw refused(rule);
        }
        return value;
    }

    private static long since(final @Nullable String text) {
        if (text == null) {
            return TimeText.INVALID;
        }
        // Microseconds alone, which other routes take, are no time in ISO 8601.
        final boolean isIso = text.chars().anyMatch(c -> c == 'T' || c == 't' || c == ' ');
        final long time = isIso ? TimeText.time(text) : TimeText.INVALID;
        if (time == TimeText.INVALID) {
            throw refused(
                    "Invalid datetime format for 'since' parameter. Expected ISO 8601 format (e.g., 2026-01-13T14:30:00Z)");
        }
        return time;
    }

    private static @Nullable String eventType(final @Nullable String text) {
        if (text != null && !EVENT_TYPE.matcher(text).matches()) {
            throw refused("event_type must match pattern: ^[a-z_]+$");
        }
        return text;
    }

    private static ProblemException refused(final String detail) {
        return new ProblemException(new Problem(400, detail));
    }
}
