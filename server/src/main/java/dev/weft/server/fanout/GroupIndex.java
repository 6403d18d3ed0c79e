package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import java.util.EnumMap;
import java.util.Map;

/**
 * How events find the groups with a filter. Each group hangs under the terms of one field: the most
 * telling that its filter names, unless very many others hang there already. So an event costs a
 * few look-ups and what the groups cost that it meets there; those look at the rest of their filter
 * themselves. Thread: the I/O loop.
 */
final class GroupIndex {
    private final Map<Filter.Field, FieldIndex> byField = new EnumMap<>(Filter.Field.class);
    private final FieldIndex[] fields; // the same, to walk through
    private final SharedFilters rests = new SharedFilters();
    private int size;

    GroupIndex() {
        for (final Filter.Field field : Filter.Field.values()) {
            byField.put(field, new FieldIndex(field));
        }
        fields = byField.values().toArray(new FieldIndex[0]);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes a group in; its filter is not {@link Filter#ALL}. */
    void add(final Group group) {
        final Filter filter = group.key().filter();
        group.anchor = anchorOf(filter);
        final Term[] terms = filter.terms(group.anchor);
        final FieldIndex field = fieldOf(filter.field(group.anchor));
        final TermTable.Posting[] postings = new TermTable.Posting[terms.length];
        for (int i = 0; i < terms.length; i++) {
            postings[i] = field.add(terms[i], group);
        }
        group.postings = postings;
        group.rest = rests.take(filter.without(group.anchor));
        size++;
    }

    void remove(final Group group) {
        final Filter filter = group.key().filter();
        final Term[] terms = filter.terms(group.anchor);
        final FieldIndex field = fieldOf(filter.field(group.anchor));
        for (int i = 0; i < terms.length; i++) {
            field.remove(terms[i], group.postings[i]);
        }
        rests.giveBack(group.rest);
        size--;
    }

    /**
     * Finds who wants the records from {@code from} on, until {@code to} or until there is enough
     * to do.
     *
     * @return first record that was not looked at.
     */
    int find(final BlockFlyweight block, final int from, final int to, final Matches matches) {
        matches.clear();
        int index = from;
        while (index < to && !matches.isFull()) {
            matches.nextEvent();
            for (final FieldIndex field : fields) {
                if (!field.isEmpty()) {
                    field.find(block, index, matches);
                }
            }
            index++;
        }
        return index;
    }

    /**
     * By which of its fields the next group with this filter is to be found: where the fewest
     * events are expected to meet the fewest other groups.
     */
    private int anchorOf(final Filter filter) {
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < filter.fieldCount(); i++) {
            final FieldIndex field = fieldOf(filter.field(i));
            long count = 0;
            for (final Term term : filter.terms(i)) {
                count += 1 + field.count(term);
            }
            final long cost = count * filter.weight(i);
            if (cost < least) {
                least = cost;
                best = i;
            }
        }
        return best;
    }

    private FieldIndex fieldOf(final Filter.Field name) {
        final FieldIndex field = byField.get(name);
        if (field == null) {
            throw new IllegalArgumentException("no such field: " + name);
        }
        return field;
    }
}
