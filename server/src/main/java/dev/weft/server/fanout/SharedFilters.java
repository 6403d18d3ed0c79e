package dev.weft.server.fanout;

import java.util.HashMap;
import java.util.Map;

/**
 * Filters of which equal ones are one object: what thousands of groups want besides what they are
 * found by is mostly the same, and stays in the cache when it is. Thread: the I/O loop.
 */
final class SharedFilters {
    /** One filter, and how many have it. */
    private static final class Entry {
        final Filter filter;
        int count;

        Entry(final Filter filter) {
            this.filter = filter;
        }
    }

    private final Map<Filter, Entry> entries = new HashMap<>();

    /** The one that is equal. To be given back. */
    Filter take(final Filter filter) {
        final Entry entry = entries.computeIfAbsent(filter, Entry::new);
        entry.count++;
        return entry.filter;
    }

    void giveBack(final Filter filter) {
        final Entry entry = entries.get(filter);
        if (entry == null) {
            throw new IllegalStateException("nobody has this filter: " + filter);
        }
        entry.count--;
        if (entry.count == 0) {
            entries.remove(filter);
        }
    }

    int size() {
        return entries.size();
    }
}
