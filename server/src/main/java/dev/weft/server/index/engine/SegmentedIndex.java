package dev.weft.server.index.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.index.Counting;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Selection;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.index.segment.Segment;
import dev.weft.server.index.segment.TermCount;
import dev.weft.server.index.segment.Wanted;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers from segments. Thread: {@code weft-query}. */
final class SegmentedIndex implements EventIndex {
    private final SegmentList list;
    private final RememberedCounts remembered;
    private final JournalReads reads;

    SegmentedIndex(
            final Journal journal, final SegmentList list, final RememberedCounts remembered) {
        this.list = list;
        this.remembered = remembered;
        reads = new JournalReads(journal, this::placeOf);
    }

    @Override
    public long oldestSequence() {
        return list.oldestSequence();
    }

    @Override
    public long indexedSequence() {
        return list.indexedSequence();
    }

    @Override
    public Selection select(final EventQuery query) {
        return select(query, Wanted.of(query));
    }

    SegmentSelection select(final EventQuery query, final Wanted wanted) {
        long from = Math.max(list.oldestSequence(), above(query.afterSequence()));
        long to =
                Math.min(
                        list.indexedSequence(),
                        Math.min(query.beforeSequence() - 1, query.headSequence()));
        if (query.sinceUs() != Long.MIN_VALUE) {
            from = Math.max(from, sequenceAt(above(query.sinceUs())));
        }
        if (query.untilUs() != Long.MAX_VALUE) {
            to = Math.min(to, sequenceAt(query.untilUs() + 1) - 1);
        }
        return new SegmentSelection(list, remembered, wanted, from, Math.max(to, from - 1));
    }

    private static long above(final long value) {
        return value == Long.MAX_VALUE ? value : value + 1;
    }

    @Override
    public long sequenceAt(final long timestampUs) {
        final Segment[] segments = list.segments();
        int low = 0;
        int high = segments.length;
        while (low < high) { // the first one that ends at or after the time
            final int middle = (low + high) >>> 1;
            if (segments[middle].timestamp(segments[middle].count() - 1) >= timestampUs) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low == segments.length) {
            return list.indexedSequence() + 1;
        }
        final long oldest = list.oldestSequence();
        final long found = segments[low].sequence(segments[low].ordinalSince(timestampUs));
        return found >= oldest ? found : firstFrom(segments, oldest);
    }

    /** The first event at or after a sequence. */
    private long firstFrom(final Segment[] segments, final long sequence) {
        final int at = SegmentList.find(segments, sequence);
        return at == segments.length
                ? list.indexedSequence() + 1
                : segments[at].sequence(segments[at].ordinalFrom(sequence));
    }

    @Override
    public long timestampOf(final long sequence) {
        final Segment[] segments = list.segments();
        final int at = SegmentList.find(segments, sequence);
        if (at == segments.length || sequence < list.oldestSequence()) {
            return UNKNOWN;
        }
        final int ordinal = segments[at].ordinalFrom(sequence);
        return segments[at].sequence(ordinal) == sequence
                ? segments[at].timestamp(ordinal)
                : UNKNOWN;
    }

    private long placeOf(final long sequence) {
        final Segment[] segments = list.segments();
        final int at = SegmentList.find(segments, sequence);
        return at == segments.length
                ? JournalReader.NO_PLACE
                : segments[at].place(segments[at].ordinalFrom(sequence));
    }

    @Override
    public Counting histogram(
            final EventQuery query,
            final long fromUs,
            final long bucketUs,
            final int bucketCount,
            final @Nullable IndexField by,
            final int seriesMax) {
        return by == null
                ? new TimeCount(this, fromUs, bucketUs, bucketCount).of(query)
                : new TermsCount(
                        this,
                        query,
                        by,
                        seriesMax,
                        new TimeCount(this, fromUs, bucketUs, bucketCount));
    }

    @Override
    public TermPage terms(
            final IndexField field, final String prefix, final String after, final int limit) {
        final byte[] prefixBytes = prefix.getBytes(UTF_8);
        final byte[] afterBytes = after.getBytes(UTF_8);
        final long oldest = list.oldestSequence();
        final TreeMap<byte[], TermStats> found = new TreeMap<>(Arrays::compareUnsigned);
        for (final Segment segment : list.segments()) {
            final int from = segment.ordinalFrom(oldest);
            for (final TermCount term :
                    segment.terms(field, prefixBytes, afterBytes, limit + 1, from)) {
                found.merge(
                        term.text(),
                        new TermStats(
                                new String(term.text(), UTF_8),
                                term.count(),
                                segment.sequence(term.firstOrdinal()),
                                segment.sequence(term.lastOrdinal())),
                        SegmentedIndex::both);
            }
        }
        final List<TermStats> terms = found.values().stream().limit(limit).toList();
        return new TermPage(terms, found.size() <= limit);
    }

    private static TermStats both(final TermStats older, final TermStats newer) {
        return new TermStats(
                older.text(),
                older.count() + newer.count(),
                older.firstSequence(),
                newer.lastSequence());
    }

    @Override
    public EventReads reads() {
        return reads;
    }

    /** Between two reads: gives back what retention has deleted. */
    void letGo() {
        reads.letGo();
    }

    void close() {
        reads.close();
    }
}
