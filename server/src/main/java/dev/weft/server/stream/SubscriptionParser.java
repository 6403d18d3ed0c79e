package dev.weft.server.stream;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Subscription} from query and headers. What it does not know or understand is
 * refused with 400 and the name of the parameter; only the position that an EventSource sends by
 * itself is answered inside the stream. Stateless; any thread.
 */
final class SubscriptionParser {
    static final int VALUES_MAX = 100;
    static final long LAST_MAX = 1_000_000;

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final List<String> STARTS = List.of("after", "since", "last", "replay");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern TYPE_PREFIX =
            Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,126}(?<=[._:/-])\\*");
    private static final Pattern SUBJECT =
            Pattern.compile("[a-z][a-z0-9_-]{0,31}/[A-Za-z0-9._:@-]{1,200}");
    private static final Pattern SUBJECT_PREFIX = Pattern.compile("[a-z][a-z0-9_-]{0,31}/\\*");
    private static final Pattern SAMPLE = Pattern.compile("sample=([1-9][0-9]{0,3})/s");
    private static final int DIGITS_MAX = 19; // of Long.MAX_VALUE

    private final Set<String> categories;
    private final Set<String> names = new HashSet<>(STARTS);

    SubscriptionParser(final Set<String> categories) {
        this.categories = categories;
        for (final Filter.Field field : Filter.Field.values()) {
            names.add(field.parameter());
        }
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
        checkNames(query);
        final Framing framing = framing(query, headers, webSocket);
        final String policy = query.one("policy");
        final Start byQuery = startOf(query);
        final Start byHeader = startOf(headers.getAll(LAST_EVENT_ID));
        return new Subscription(
                byHeader != null ? byHeader : byQuery != null ? byQuery : Start.HEAD,
                filter(query),
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
            throw refused(
                    "policy",
                    "must be all, latest or sample=<n>/s with n from 1 to "
                            + Policy.PER_SECOND_MAX);
        }
        return Policy.sample(Integer.parseInt(sample.group(1)));
    }

    private void checkNames(final QueryParameters query) {
        final Set<String> unknown = new TreeSet<>(query.names());
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            final String first = unknown.iterator().next();
            throw refused(
                    first.length() <= 64 && first.chars().allMatch(c -> c > ' ' && c < 0x7F)
                            ? first
                            : "query",
                    "unknown parameter; known are " + String.join(", ", new TreeSet<>(names)));
        }
    }

    private static Framing framing(
            final QueryParameters query, final HttpHeaders headers, final boolean webSocket) {
        final String named = query.one("event_names");
        if (named != null && !named.equals("true") && !named.equals("false")) {
            throw refused("event_names", "must be true or false");
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
                throw refused("event_names", "only text/event-stream has event lines");
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
                    throw refused(candidate, "contradicts " + name + "; give one start only");
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
                final long sequence = sequence(text);
                if (sequence < 0) {
                    throw refused(
                            name, "must be a sequence, a whole number from 0 to " + Long.MAX_VALUE);
                }
                yield new Start(Start.Kind.AFTER, sequence);
            }
            case "since" -> {
                final Start start = Times.parse(text);
                if (start == null) {
                    throw refused(
                            name,
                            "must be a time such as 2026-01-31T12:00:00Z (RFC 3339) or a duration such as 2h30m");
                }
                yield start;
            }
            case "last" -> {
                final long count = sequence(text);
                if (count < 1 || count > LAST_MAX) {
                    throw refused(name, "must be a whole number from 1 to " + LAST_MAX);
                }
                yield new Start(Start.Kind.LAST, count);
            }
            default -> {
                if (!text.equals("all")) {
                    throw refused(name, "must be all");
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
            final long sequence = sequence(text);
            final Start each = sequence < 0 ? Start.INVALID : new Start(Start.Kind.AFTER, sequence);
            if (start != null && !start.equals(each)) {
                return Start.INVALID;
            }
            start = each;
        }
        return start;
    }

    /** Value of a text of digits only, -1 for anything else. */
    private static long sequence(final String text) {
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

    private Filter filter(final QueryParameters query) {
        final Map<Filter.Field, Set<Term>> terms = new EnumMap<>(Filter.Field.class);
        for (final Filter.Field field : Filter.Field.values()) {
            final List<String> values = query.all(field.parameter());
            if (values.size() > VALUES_MAX) {
                throw refused(
                        field.parameter(), "must not be given more than " + VALUES_MAX + " times");
            }
            final Set<Term> set = new HashSet<>();
            for (final String value : values) {
                set.add(term(field, value));
            }
            terms.put(field, set);
        }
        return Filter.of(terms);
    }

    private Term term(final Filter.Field field, final String value) {
        return switch (field) {
            case TYPE -> {
                if (TYPE_PREFIX.matcher(value).matches()) {
                    yield Term.prefix(value.substring(0, value.length() - 1));
                }
                if (!TYPE.matcher(value).matches()) {
                    throw refused(
                            field.parameter(),
                            "must be a type, [A-Za-z][A-Za-z0-9._:/-]{0,127}, or the beginning of one up to one of"
                                    + " . _ : / - followed by *, such as step.*");
                }
                yield Term.exact(value);
            }
            case CATEGORY -> {
                if (!categories.contains(value)) {
                    throw refused(
                            field.parameter(),
                            "must be one of " + String.join(", ", new TreeSet<>(categories)));
                }
                yield Term.exact(value);
            }
            case SUBJECT -> {
                if (SUBJECT_PREFIX.matcher(value).matches()) {
                    yield Term.prefix(value.substring(0, value.length() - 1));
                }
                if (!SUBJECT.matcher(value).matches()) {
                    throw refused(
                            field.parameter(), "must be kind/id, such as job/7f3a, or kind/*");
                }
                yield Term.exact(value);
            }
            case CORRELATION_ID, RUN_ID -> {
                if (value.isEmpty()
                        || value.codePointCount(0, value.length()) > Limits.ID_CHARACTERS_MAX
                        || value.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
                    throw refused(
                            field.parameter(),
                            "must have 1 to "
                                    + Limits.ID_CHARACTERS_MAX
                                    + " characters and no control characters");
                }
                yield Term.exact(escaped(value));
            }
        };
    }

    /** The form in which an identifier stands in a frame. */
    private static String escaped(final String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static ProblemException refused(final String parameter, final String rule) {
        return new ProblemException(new Problem(400, parameter + ": " + rule));
    }
}
