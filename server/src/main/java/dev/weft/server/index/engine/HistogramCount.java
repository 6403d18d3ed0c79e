package dev.weft.server.index.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TooManyTermsException;
import dev.weft.server.index.segment.OrdinalSet;
import dev.weft.server.index.segment.Segment;
import dev.weft.server.index.segment.TermCount;
import dev.weft.server.index.segment.Wanted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts events by time, for one answer. Thread: {@code weft-query}. */
final class HistogramCount {
    private static final byte[] NO_TEXT = {};

    private final SegmentedIndex index;
    private final EventQuery query;
    private final long fromUs;
    private final long bucketUs;
    private final int bucketCount;

    HistogramCount(
            final SegmentedIndex index,
            final EventQuery query,
            final long fromUs,
            final long bucketUs,
            final int bucketCount) {
        this.index = index;
        this.fromUs = fromUs;
        this.bucketUs = bucketUs;
        this.bucketCount = bucketCount;
        this.query = query.since(fromUs - 1).until(fromUs + bucketCount * bucketUs - 1);
    }

    Histogram count(final @Nullable IndexField by, final int seriesMax) {
        final long[] all = counts(query);
        final List<Histogram.Series> series = new ArrayList<>();
        if (by == null) {
            series.add(Histogram.Series.of(null, all));
            return new Histogram(fromUs, bucketUs, series);
        }
        for (final String text : mostFrequent(by, seriesMax)) {
            final long[] counts = counts(query.narrowed(by, text));
            for (int i = 0; i < bucketCount; i++) {
                all[i] -= counts[i];
            }
            series.add(Histogram.Series.of(text, counts));
        }
        if (Arrays.stream(all).sum() > 0) {
            series.add(Histogram.Series.of(null, all));
        }
        return new Histogram(fromUs, bucketUs, series);
    }

    private long[] counts(final EventQuery of) {
        final long[] counts = new long[bucketCount];
        for (final SegmentSelection.Part part : index.select(of, Wanted.of(of)).parts()) {
            if (part.count() > 0) {
                add(part, counts);
            }
        }
        return counts;
    }

    private void add(final SegmentSelection.Part part, final long[] counts) {
        final Segment segment = part.segment();
        final OrdinalSet set = part.set();
        int ordinal = part.fromOrdinal();
        int rank = set.countBefore(ordinal);
        while (ordinal < part.toOrdinal()) {
            final int bucket = (int) ((segment.timestamp(ordinal) - fromUs) / bucketUs);
            final int next =
                    Math.min(
                            part.toOrdinal(),
                            segment.ordinalSince(fromUs + (bucket + 1) * bucketUs));
            final int rankNext = set.countBefore(next);
            counts[bucket] += rankNext - rank;
            ordinal = next;
            rank = rankNext;
        }
    }

    /** The texts that have the most events, most first; equal ones in the order of their bytes. */
    private List<String> mostFrequent(final IndexField by, final int seriesMax) {
        final Map<String, Long> totals = new HashMap<>();
        final boolean isAll = query.terms().isEmpty();
        for (final SegmentSelection.Part part : index.select(query, Wanted.of(query)).parts()) {
            if (part.count() == 0) {
                continue;
            }
            final Segment segment = part.segment();
            final boolean isWhole = part.fromOrdinal() == 0 && part.toOrdinal() == segment.count();
            for (final TermCount term :
                    segment.terms(
                            by,
                            NO_TEXT,
                            NO_TEXT,
                            TooManyTermsException.TERMS_MAX + 1,
                            part.fromOrdinal())) {
                final String text = new String(term.text(), UTF_8);
                final long count =
                        isAll && isWhole
                                ? term.count()
                                : query.allows(by, text)
                                        ? count(part, query.narrowed(by, text))
                                        : 0;
                if (count > 0) {
                    totals.merge(text, count, Long::sum);
                }
            }
            if (totals.size() > TooManyTermsException.TERMS_MAX) {
                throw new TooManyTermsException(by);
            }
        }
        return totals.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(
                                        entry -> entry.getKey().getBytes(UTF_8),
                                        Arrays::compareUnsigned))
                .limit(seriesMax)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static long count(final SegmentSelection.Part part, final EventQuery of) {
        final OrdinalSet set = part.segment().matches(Wanted.of(of));
        return (long) set.countBefore(part.toOrdinal()) - set.countBefore(part.fromOrdinal());
    }
}
