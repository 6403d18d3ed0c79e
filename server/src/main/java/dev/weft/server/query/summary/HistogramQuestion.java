package dev.weft.server.query.summary;

import dev.weft.server.index.Counting;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.index.TooManyTermsException;
import dev.weft.server.query.Question;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts events by time. Buckets begin at multiples of their length since the epoch, so those of
 * two answers fit together. For one request; thread: query.
 */
final class HistogramQuestion implements Question {
    /** Most buckets, in all series together. */
    static final long COUNTS_MAX = 20_000;

    /** Most buckets of one series. */
    static final int BUCKETS_MAX = 1_500;

    private static final int SUITING_BUCKETS_MAX = 120;

    /** Lengths in seconds that people read easily. */
    private static final int[] SUITING_S = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
        86_400
    };

    private final HistogramWish wish;
    private @Nullable Counting counting; // null until it has begun
    private long firstUs;
    private long bucketUs;
    private long bucketCount;
    private long oldest; // sequence, when it began

    HistogramQuestion(final HistogramWish wish) {
        this.wish = wish;
    }

    @Override
    public boolean isLong() {
        return wish.by() != null;
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        Counting steps = counting;
        if (steps == null) {
            steps = begin(index, head);
            counting = steps;
        }
        final Histogram histogram;
        try {
            histogram = steps.step();
        } catch (final TooManyTermsException ex) {
            throw FilterParser.refused(
                    "by",
                    "more than "
                            + TooManyTermsException.TERMS_MAX
                            + " different ones have events here, which are not counted apart: take a"
                            + " shorter time or more filters; /subjects and /events/types count each"
                            + " of them");
        }
        return histogram == null ? null : answer(histogram, head, allocator);
    }

    private Counting begin(final EventIndex index, final long head) {
        final Scope scope = wish.scope();
        oldest = index.oldestSequence();
        scope.check(oldest);
        final Scope.Range range = scope.range(index, head);
        final Selection all = index.select(EventQuery.ALL.after(range.low()).upTo(range.high()));
        final long fromUs =
                scope.hasSince()
                        ? scope.sinceUs() + 1
                        : timeOf(index, all.ascending(0).next(), wish.nowUs());
        final long toUs =
                scope.hasUntil()
                        ? scope.untilUs()
                        : Math.max(
                                wish.nowUs(),
                                timeOf(index, all.descending(0).next(), wish.nowUs()));
        return begin(index, scope.query(range), fromUs, Math.max(fromUs, toUs));
    }

    private static long timeOf(final EventIndex index, final long sequence, final long otherwise) {
        return sequence == Sequences.NONE ? otherwise : index.timestampOf(sequence);
    }

    private Counting begin(
            final EventIndex index, final EventQuery query, final long fromUs, final long toUs) {
        final int seriesMax = wish.by() == null ? 1 : wish.top();
        bucketUs = wish.bucketUs() == 0 ? suitingUs(fromUs, toUs) : wish.bucketUs();
        bucketCount = bucketCount(fromUs, toUs, bucketUs);
        final long countMax = Math.min(BUCKETS_MAX, COUNTS_MAX / (seriesMax + 1));
        if (bucketCount > countMax) {
            throw FilterParser.refused(
                    "bucket",
                    "from since to until there are "
                            + bucketCount
                            + " of them; at most "
                            + countMax
                            + " are counted: take longer ones or a shorter time");
        }
        firstUs = Math.floorDiv(fromUs, bucketUs) * bucketUs;
        return index.histogram(query, firstUs, bucketUs, (int) bucketCount, wish.by(), seriesMax);
    }

    private ByteBuf answer(
            final Histogram histogram, final long head, final ByteBufAllocator allocator) {
        final JsonAnswer json = new JsonAnswer();
        json.name("from").number(firstUs);
        json.name("bucket_us").number(bucketUs);
        json.name("buckets").number(bucketCount);
        json.name("by");
        if (wish.by() == null) {
            json.none();
        } else {
            json.text(wish.by().parameter());
        }
        json.name("total")
                .number(histogram.series().stream().mapToLong(Histogram.Series::total).sum());
        json.name("series").begin('[');
        for (final Histogram.Series series : histogram.series()) {
            json.begin('{').name("value");
            if (series.text() == null) {
                json.none();
            } else {
                json.text(series.text());
            }
            json.name("total").number(series.total());
            json.name("counts").begin('[');
            series.counts().forEach(json::number);
            json.end(']').end('}');
        }
        json.end(']');
        json.name("head").number(head);
        json.name("oldest").number(oldest);
        return json.take(allocator);
    }

    /** A length that people read easily; beyond those, as many days as it takes. */
    private static long suitingUs(final long fromUs, final long toUs) {
        for (final int seconds : SUITING_S) {
            final long bucketUs = TimeUnit.SECONDS.toMicros(seconds);
            if (bucketCount(fromUs, toUs, bucketUs) <= SUITING_BUCKETS_MAX) {
                return bucketUs;
            }
        }
        final long days =
                (toUs - fromUs) / (HistogramWish.BUCKET_MAX_US * (SUITING_BUCKETS_MAX - 2)) + 1;
        return days * HistogramWish.BUCKET_MAX_US;
    }

    private static long bucketCount(final long fromUs, final long toUs, final long bucketUs) {
        return Math.floorDiv(toUs, bucketUs) - Math.floorDiv(fromUs, bucketUs) + 1;
    }
}
