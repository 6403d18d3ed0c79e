package dev.weft.server.stream.subscription;

import dev.weft.protocol.TimeText;
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
public final class SubscriptionParser {
    static final long LAST_MAX = 1_000_000;

    private static final List<String> STARTS = List.of("after", "since", "last", "replay");
    private static final Pattern SAMPLE = Pattern.compile("sample=([1-9][0-9]{0,3})/s");

    private final FilterParser filters;
    private final Set<String> names = new HashSet<>(STARTS);

    public SubscriptionParser(final Set<String> categories) {
        filters = new FilterParser(categories);
        names.addAll(FilterParser.NAMES);
        names.add("policy");
        names.addAll(FramingWish.NAMES);
    }

    /**
     * Reads a request.
     *
     * @throws ProblemException 400 with the parameter and the rule it breaks.
     */
    public Subscription parse(
            final QueryParameters query, final HttpHeaders headers, final boolean webSocket) {
        FilterParser.checkNames(query, names);
        final String policy = query.one("policy");
        final Start byQuery = startOf(query);
        final Start byHeader = startOf(LastEventId.of(headers));
        return new Subscription(
                byHeader != null ? byHeader : byQuery != null ? byQuery : Start.HEAD,
                filters.parse(query),
                FramingWish.of(query, headers, webSocket, FramingWish.ENVELOPE),
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

    private static @Nullable Start startOf(final long position) {
        if (position == LastEventId.NONE) {
            return null;
        }
        return position == LastEventId.INVALID
                ? Start.INVALID
                : new Start(Start.Kind.AFTER, position);
    }
}
