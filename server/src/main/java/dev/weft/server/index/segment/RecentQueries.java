package dev.weft.server.index.segment;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What is remembered of each of the queries that came last. Thread: {@code weft-query}.
 *
 * @param <T> what that is.
 */
public final class RecentQueries<T> {
    private static final int QUERIES_MAX = 1_024;
    private static final int INITIAL = 64;
    private static final float LOAD = 0.75f;

    private final Map<Wanted, T> remembered = new LinkedHashMap<>(INITIAL, LOAD, true);

    /** What is remembered of a query, or something new, which then is. */
    public T of(final Wanted query, final Supplier<T> nothing) {
        final T known = remembered.get(query);
        if (known != null) {
            return known;
        }
        final T made = nothing.get();
        remembered.put(query, made);
        if (remembered.size() > QUERIES_MAX) {
            remembered.remove(
                    remembered.keySet().iterator().next()); // not used for the longest time
        }
        return made;
    }

    /** What is remembered of all of them. */
    public Collection<T> all() {
        return remembered.values();
    }

    void clear() {
        remembered.clear();
    }
}
