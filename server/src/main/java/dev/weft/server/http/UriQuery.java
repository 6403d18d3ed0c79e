package dev.weft.server.http;

import dev.weft.protocol.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request target: pairs in their order, decoded once. */
public final class UriQuery implements QueryParameters {
    static final UriQuery EMPTY = new UriQuery(List.of());

    private final List<String> namesAndValues;

    UriQuery(final List<String> namesAndValues) {
        this.namesAndValues = namesAndValues;
    }

    /**
     * Parses from {@code start} to the end of a request target.
     *
     * @throws ProblemException 400 for broken percent-encoding or too many parameters.
     */
    public static UriQuery parse(final String target, final int start) {
        if (start >= target.length()) {
            return EMPTY;
        }
        final List<String> pairs = new ArrayList<>(4);
        int from = start;
        while (from <= target.length()) {
            final int ampersand = target.indexOf('&', from);
            final int end = ampersand < 0 ? target.length() : ampersand;
            if (end > from) {
                addPair(target, from, end, pairs);
            }
            from = end + 1;
        }
        return new UriQuery(pairs);
    }

    private static void addPair(
            final String target, final int from, final int end, final List<String> pairs) {
        if (pairs.size() == 2 * HttpLimits.QUERY_PARAMETERS_MAX) {
            throw new ProblemException(
                    new Problem(
                            400,
                            "query: at most " + HttpLimits.QUERY_PARAMETERS_MAX + " parameters"));
        }
        final int equals = target.indexOf('=', from);
        final int nameEnd = equals < 0 || equals > end ? end : equals;
        pairs.add(PercentCodec.decodeQuery(target, from, nameEnd));
        pairs.add(nameEnd == end ? "" : PercentCodec.decodeQuery(target, nameEnd + 1, end));
    }

    @Override
    public int size() {
        return namesAndValues.size() / 2;
    }

    @Override
    public Set<String> names() {
        if (namesAndValues.isEmpty()) {
            return Set.of();
        }
        final Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            names.add(namesAndValues.get(i));
        }
        return names;
    }

    @Override
    public List<String> all(final String name) {
        if (namesAndValues.isEmpty()) {
            return List.of();
        }
        final List<String> values = new ArrayList<>(2);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equals(name)) {
                values.add(namesAndValues.get(i + 1));
            }
        }
        return values;
    }

    @Override
    public @Nullable String one(final String name) {
        String value = null;
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equals(name)) {
                if (value != null) {
                    throw new ProblemException(
                            new Problem(400, name + ": stands in the query more than once"));
                }
                value = namesAndValues.get(i + 1);
            }
        }
        return value;
    }
}
