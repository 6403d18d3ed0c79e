package dev.weft.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Decoded query parameters of one request, in their order. */
public interface QueryParameters {
    /** Parameters that are already decoded: names and values in turn. */
    static QueryParameters of(final List<String> namesAndValues) {
        return new UriQuery(List.copyOf(namesAndValues));
    }

    /** Number of parameters, repeated ones included. */
    int size();

    default boolean isEmpty() {
        return size() == 0;
    }

    Set<String> names();

    /** All values of a name, empty if it is absent. */
    List<String> all(String name);

    /**
     * The only value of a name, null if it is absent. @throws ProblemException 400 if it stands
     * there twice.
     */
    @Nullable String one(String name);

    /**
     * The same query behind some parameters more, its own values changed.
     *
     * @param before names and values in turn.
     * @param change what becomes of the value of a name, null leaves it out.
     */
    default QueryParameters changed(
            final List<String> before, final BiFunction<String, String, @Nullable String> change) {
        final List<String> namesAndValues = new ArrayList<>(before);
        for (final String name : names()) {
            for (final String value : all(name)) {
                final String changed = change.apply(name, value);
                if (changed != null) {
                    namesAndValues.add(name);
                    namesAndValues.add(changed);
                }
            }
        }
        return of(namesAndValues);
    }
}
