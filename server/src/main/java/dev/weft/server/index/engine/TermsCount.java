package dev.weft.server.index.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.index.Counting;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TooManyTermsException;
import dev.weft.server.index.segment.OrdinalSet;
import dev.weft.server.index.segment.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts events by time and text: first how many there are of each text, one segment a step, then
 * by time those of the most frequent ones, one text a step. Thread: {@code weft-query}.
 */
final class TermsCount implements Counting {
    private static final int BATCH = 4_096;

    private final SegmentedIndex index;
    private final EventQuery query;
    private final IndexField by;
    private final int seriesMax;
    private final TimeCount times;
    private final Map<String, Long> totals = new HashMap<>();
    private final List<Histogram.Series> series = new ArrayList<>();
    private long countedTo; // sequence up to which there are totals
    private @Nullable Deque<String>
            left; // texts that will have a series; null until all totals are there

    TermsCount(
            final SegmentedIndex index,
            final EventQuery query,
            final IndexField by,
            final int seriesMax,
            final TimeCount times) {
        this.index = index;
        this.query = times.within(query);
        this.by = by;
        this.seriesMax = seriesMax;
        this.times = times;
    }

    @Override
    public @Nullable Histogram step() {
        final Deque<String> texts = left;
        if (texts == null) {
            if (!countSegment()) {
                left = mostFrequent();
                totals.clear();
            }
            return null;
        }
        final String text = texts.poll();
        if (text != null) {
            series.add(Histogram.Series.of(text, times.counts(query.narrowed(by, text))));
            return null;
        }
        final long[] others = others();
        if (Arrays.stream(others).sum() > 0) {
            series.add(Histogram.Series.of(null, others));
        }
        return times.histogram(series);
    }

    /** Adds the texts of the next segment; false if there is none. */
    private boolean countSegment() {
        final EventQuery rest = query.after(countedTo);
        for (final SegmentSelection.Part part : index.select(rest, Wanted.of(rest)).parts()) {
            if (part.count() > 0) {
                part.segment().count(by, bits(part), this::add);
                countedTo = part.segment().lastSequence();
                return true;
            }
        }
        return false;
    }

    private void add(final byte[] text, final int count) {
        totals.merge(new String(text, UTF_8), (long) count, Long::sum);
        if (totals.size() > TooManyTermsException.TERMS_MAX) {
            throw new TooManyTermsException(by);
        }
    }

    /** One bit for each event of the segment that matches; null for all of them. */
    private long @Nullable [] bits(final SegmentSelection.Part part) {
        final int count = part.segment().count();
        if (part.count() == count) {
            return null;
        }
        final long[] bits = new long[(count + Long.SIZE - 1) / Long.SIZE];
        final OrdinalSet set = part.set();
        final int[] batch = new int[BATCH];
        final int end = set.countBefore(part.toOrdinal());
        int rank = set.countBefore(part.fromOrdinal());
        while (rank < end) {
            final int length = Math.min(set.fill(rank, batch), end - rank);
            for (int i = 0; i < length; i++) {
                bits[batch[i] >>> 6] |= 1L << batch[i];
            }
            rank += length;
        }
        return bits;
    }

    /** The texts that have the most events, most first; equal ones in the order of their bytes. */
    private Deque<String> mostFrequent() {
        final Deque<String> found = new ArrayDeque<>();
        totals.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(
                                        entry -> entry.getKey().getBytes(UTF_8),
                                        Arrays::compareUnsigned))
                .limit(seriesMax)
                .forEach(entry -> found.add(entry.getKey()));
        return found;
    }

    /** What is in no series. Retention may have taken some of it since the others were counted. */
    private long[] others() {
        final long[] others = times.counts(query);
        for (final Histogram.Series each : series) {
            for (int i = 0; i < others.length; i++) {
                others[i] = Math.max(0, others[i] - each.counts().get(i));
            }
        }
        return others;
    }
}
