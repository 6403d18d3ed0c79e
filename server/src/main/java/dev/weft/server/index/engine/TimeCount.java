package dev.weft.server.index.engine;

import dev.weft.server.index.Counting;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.segment.OrdinalSet;
import dev.weft.server.index.segment.Segment;
import dev.weft.server.index.segment.Wanted;
import java.util.List;

/** Counts the events of a query in each of a row of equal times. Thread: {@code weft-query}. */
final class TimeCount {
    private final SegmentedIndex index;
    private final long fromUs;
    private final long bucketUs;
    private final int bucketCount;

    TimeCount(
            final SegmentedIndex index,
            final long fromUs,
            final long bucketUs,
            final int bucketCount) {
        this.index = index;
        this.fromUs = fromUs;
        this.bucketUs = bucketUs;
        this.bucketCount = bucketCount;
    }

    /** All that match, in one step. */
    Counting of(final EventQuery query) {
        return () -> histogram(List.of(Histogram.Series.of(null, counts(within(query)))));
    }

    Histogram histogram(final List<Histogram.Series> series) {
        return new Histogram(fromUs, bucketUs, series);
    }

    /** Of a query only what lies in these times. */
    EventQuery within(final EventQuery query) {
        return query.since(fromUs - 1).until(fromUs + bucketCount * bucketUs - 1);
    }

    /** Counts for each of the times, none of which the query leaves. */
    long[] counts(final EventQuery query) {
        final long[] counts = new long[bucketCount];
        for (final SegmentSelection.Part part : index.select(query, Wanted.of(query)).parts()) {
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
}
