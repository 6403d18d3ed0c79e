package dev.weft.server.http;

import java.util.List;
import java.util.Set;
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
}
