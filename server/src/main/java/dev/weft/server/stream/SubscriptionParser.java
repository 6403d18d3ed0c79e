package dev.weft.server.stream;

import dev.weft.protocol.TimeText;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Policy;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.WholeNumber;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Subscription} from query and headers. What it does not know or understand is
 * refused with 400 and the name of the parameter; only the position that an EventSource sends by
 * itself is answered inside the stream. Stateless; any thread.
 */
final class SubscriptionParser {
    static final long LAST_MAX = 1_000_000;

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final List<String> STARTS = List.of("after", "since", "last", "replay");
    private static final Pattern SAMPLE = Pattern.compile("sample=([1-9][0-9]{0,3})/s");

    private final FilterParser filters;
    private final Set<String> names = new HashSet<>(STARTS);

    SubscriptionParser(final Set<String> categories) {
        filters = new FilterParser(categories);
        names.addAll(FilterParser.NAMES);
        names.add("event_names");
        names.add("policy");
    }

    /**
     * Reads a request.
     *
     * @throws ProblemException 400 with the parameter and the rule it breaks.
     */
    Subscription parse(
            final QueryParameters query, final HttpHeaders headers, final boolean webSocket) {
        FilterParser.checkNames(query, names);
        final Framing framing = framing(query, headers, webSocket);
        final String policy = query.one("policy");
        final Start byQuery = startOf(query);
        final Start byHeader = startOf(headers.getAll(LAST_EVENT_ID));
        return new Subscription(
                byHeader != null ? byHeader : byQuery != null ? byQuery : Start.HEAD,
                filters.parse(query),
                framing,
                policy == null ? Policy.ALL : policy(policy));
    }

    private static Policy policy(final String text) {
        final Matcher sample = SAMPLE.matcher(text);
        if (text.equals("all")) {
            return Policy.ALL;
        }
        if (text.equals("latest")) {
            return Policy.LATEST;
        }
        if (!sample.matches() || Integer.parseInt(sample.group(1)) > Policy.PER_SECOND_MAX) {
            throw FilterParser.refused(
                    "policy",
                    "must be all, latest or sample=<n>/s with n from 1 to "
                            + Policy.PER_SECOND_MAX);
        }
        return Policy.sample(Integer.parseInt(sample.group(1)));
    }

    private static Framing framing(
            final QueryParameters query, final HttpHeaders headers, final boolean webSocket) {
        final String named = query.one("event_names");
        if (named != null && !named.equals("true") && !named.equals("false")) {
            throw FilterParser.refused("event_names", "must be true or false");
        }
        final List<String> accept = headers.getAll("Accept");
        final Framing framing =
                webSocket
                        ? Framing.WEBSOCKET
                        : Accept.quality(accept, Accept.NDJSON)
                                        > Accept.quality(accept, Accept.EVENT_STREAM)
                                ? Framing.NDJSON
                                : Framing.SSE;
        if ("true".equals(named)) {
            if (framing != Framing.SSE) {
                throw FilterParser.refused("event_names", "only text/event-stream has event lines");
            }
            return Framing.SSE_NAMED;
        }
        return framing;
    }

    private static @Nullable Start startOf(final QueryParameters query) {
        String name = null;
        for (final String candidate : STARTS) {
            if (query.names().contains(candidate)) {
                if (name != null) {
                    throw FilterParser.refused(
                            candidate, "contradicts " + name + "; give one start only");
                }
                name = candidate;
            }
        }
        if (name == null) {
            return null;
        }
        final String value = query.one(name);
        final String text = value == null ? "" : value;
        return switch (name) {
            case "after" -> {
                final long sequence = WholeNumber.parse(text);
                if (sequence < 0) {
                    throw FilterParser.refused(
                            name, "must be a sequence, a whole number from 0 to " + Long.MAX_VALUE);
                }
                yield new Start(Start.Kind.AFTER, sequence);
            }
            case "since" -> {
                final Start start = Times.parse(text);
                if (start == null) {
                    throw FilterParser.refused(name, TimeText.RULE_OR_DURATION);
                }
                yield start;
            }
            case "last" -> {
                final long count = WholeNumber.parse(text);
                if (count < 1 || count > LAST_MAX) {
                    throw FilterParser.refused(
                            name, "must be a whole number from 1 to " + LAST_MAX);
                }
                yield new Start(Start.Kind.LAST, count);
            }
            default -> {
                if (!text.equals("all")) {
                    throw FilterParser.refused(name, "must be all");
                }
                yield Start.ALL;
            }
        };
    }

    /**
     * An EventSource repeats what it was given; whatever it is, it gets a stream, and is told in
     * it.
     */
    private static @Nullable Start startOf(final List<String> lastEventIds) {
        Start start = null;
        for (final String text : lastEventIds) {
            if (text.isEmpty()) {
                continue;
            }
            final long sequence = WholeNumber.parse(text);
            final Start each = sequence < 0 ? Start.INVALID : new Start(Start.Kind.AFTER, sequence);
            if (start != null && !start.equals(each)) {
                return Start.INVALID;
            }
            start = each;
        }
        return start;
    }
}
