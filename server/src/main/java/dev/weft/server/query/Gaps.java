package dev.weft.server.query;

import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Selection;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds which sequences of a range are not there although retention did not take them: never used
 * after a power cut, or damaged. Thread: query.
 */
public final class Gaps {
    /** More are not told at once. */
    public static final int COUNT_MAX = 100;

    /** Sequences {@code from} to {@code to}, both included. */
    public record Gap(long from, long to) {
        /** As a JSON object. */
        @Override
        public String toString() {
            return "{\"from\":" + from + ",\"to\":" + to + '}';
        }
    }

    private final Selection all;
    private final boolean isAscending;
    private final List<Gap> found = new ArrayList<>();

    private Gaps(final Selection all, final boolean isAscending) {
        this.all = all;
        this.isAscending = isAscending;
    }

    /** The first gaps between two sequences, both included, ascending. */
    public static List<Gap> ascending(final EventIndex index, final long from, final long to) {
        return of(index, from, to, true);
    }

    /** The last gaps between two sequences, both included, descending. */
    public static List<Gap> descending(final EventIndex index, final long from, final long to) {
        return of(index, from, to, false);
    }

    private static List<Gap> of(
            final EventIndex index, final long from, final long to, final boolean isAscending) {
        final long first = Math.max(from, index.oldestSequence());
        final Gaps gaps = new Gaps(index.select(EventQuery.ALL), isAscending);
        if (first <= to) {
            gaps.search(first, to, gaps.all.countBefore(first), gaps.all.countBefore(to + 1));
        }
        return gaps.found;
    }

    /** Halves the range until a part has all of its events or none. */
    private void search(
            final long from, final long to, final long countBefore, final long countThrough) {
        final long count = countThrough - countBefore;
        if (count == to - from + 1 || found.size() >= COUNT_MAX) {
            return;
        }
        if (count == 0) {
            add(from, to);
            return;
        }
        final long middle = from + (to - from) / 2;
        final long countMiddle = all.countBefore(middle + 1);
        if (isAscending) {
            search(from, middle, countBefore, countMiddle);
        }
        search(middle + 1, to, countMiddle, countThrough);
        if (!isAscending) {
            search(from, middle, countBefore, countMiddle);
        }
    }

    /** Joins what the halving has cut. */
    private void add(final long from, final long to) {
        final Gap last = found.isEmpty() ? null : found.get(found.size() - 1);
        if (last != null && last.to + 1 == from) {
            found.set(found.size() - 1, new Gap(last.from, to));
        } else if (last != null && to + 1 == last.from) {
            found.set(found.size() - 1, new Gap(from, last.to));
        } else {
            found.add(new Gap(from, to));
        }
    }
}
