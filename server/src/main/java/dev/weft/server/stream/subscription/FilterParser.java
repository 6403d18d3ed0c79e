package dev.weft.server.stream.subscription;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.TextRules;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the filter of a query: the same for streams and for history. Stateless but for the
 * categories it knows; any thread.
 */
public final class FilterParser {
    /** Parameters that it reads. */
    public static final Set<String> NAMES =
            Arrays.stream(Filter.Field.values())
                    .map(Filter.Field::parameter)
                    .collect(Collectors.toUnmodifiableSet());

    static final int VALUES_MAX = 100;

    private static final int SHOWN_NAME_LENGTH_MAX = 64;
    private static final Pattern TYPE_PREFIX =
            Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,126}(?<=[._:/-])\\*");
    private static final Pattern SUBJECT_PREFIX = Pattern.compile("[a-z][a-z0-9_-]{0,31}/\\*");

    private final Set<String> categories;

    public FilterParser(final Set<String> categories) {
        this.categories = categories;
    }

    /**
     * Refuses parameters that are not known.
     *
     * @throws ProblemException 400 with the first of them and those that are known.
     */
    public static void checkNames(final QueryParameters query, final Set<String> known) {
        final Set<String> unknown = new TreeSet<>(query.names());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            final String first = unknown.iterator().next();
            throw refused(
                    first.length() <= SHOWN_NAME_LENGTH_MAX
                                    && first.chars().allMatch(c -> c > ' ' && c < 0x7F)
                            ? first
                            : "query",
                    "unknown parameter; known are " + String.join(", ", new TreeSet<>(known)));
        }
    }

    /**
     * Reads a filter.
     *
     * @throws ProblemException 400 with the parameter and the rule it breaks.
     */
    public Filter parse(final QueryParameters query) {
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
                if (!TextRules.isType(value)) {
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
                if (!TextRules.isSubject(value)) {
                    throw refused(
                            field.parameter(), "must be kind/id, such as job/7f3a, or kind/*");
                }
                yield Term.exact(value);
            }
            case CORRELATION_ID, CAUSATION_ID, RUN_ID, STEP_ID -> {
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

    /** What is answered to a parameter that breaks a rule. */
    public static ProblemException refused(final String parameter, final String rule) {
        return new ProblemException(new Problem(400, parameter + ": " + rule));
    }
}
