package dev.weft.server.query.summary;

import dev.weft.server.index.EventIndex;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.TooManyTermsException;
import dev.weft.server.query.Question;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;

/**
 * Counts events by time. Buckets begin at multiples of their length since the epoch, so those of
 * two answers fit together. Thread: query.
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

    HistogramQuestion(final HistogramWish wish) {
        this.wish = wish;
    }

    @Override
    public ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Scope scope = wish.scope();
        final long oldest = index.oldestSequence();
        scope.check(oldest);
        final Scope.Range range = scope.range(index, head);
        final long fromUs = fromUs(index, range, oldest);
        final long toUs = Math.max(fromUs, toUs(index, head));
        final int seriesMax = wish.by() == null ? 1 : wish.top();
        final long bucketUs = wish.bucketUs() == 0 ? suitingUs(fromUs, toUs) : wish.bucketUs();
        final long bucketCount = bucketCount(fromUs, toUs, bucketUs);
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
        final long firstUs = Math.floorDiv(fromUs, bucketUs) * bucketUs;
        final Histogram histogram;
        try {
            histogram =
                    index.histogram(
                            scope.query(range),
                            firstUs,
                            bucketUs,
                            (int) bucketCount,
                            wish.by(),
                            seriesMax);
        } catch (final TooManyTermsException ex) {
            throw FilterParser.refused(
                    "by",
                    "more than "
                            + TooManyTermsException.TERMS_MAX
                            + " different ones have events here, which are not counted apart: take a"
                            + " shorter time or more filters; /subjects and /events/types count each"
                            + " of them");
        }
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

    /** The time of the first event that may count, or behind {@code since}. */
    private long fromUs(final EventIndex index, final Scope.Range range, final long oldest) {
        if (wish.scope().hasSince()) {
            return wish.scope().sinceUs() + 1;
        }
        final long first = index.timestampOf(Math.max(range.low() + 1, oldest));
        return first == EventIndex.UNKNOWN ? wish.nowUs() : first;
    }

    private long toUs(final EventIndex index, final long head) {
        return wish.scope().hasUntil()
                ? wish.scope().untilUs()
                : Math.max(wish.nowUs(), index.timestampOf(head));
    }

    private static long suitingUs(final long fromUs, final long toUs) {
        for (final int seconds : SUITING_S) {
            final long bucketUs = TimeUnit.SECONDS.toMicros(seconds);
            if (bucketCount(fromUs, toUs, bucketUs) <= SUITING_BUCKETS_MAX) {
                return bucketUs;
            }
        }
        return HistogramWish.BUCKET_MAX_US;
    }

    private static long bucketCount(final long fromUs, final long toUs, final long bucketUs) {
        return Math.floorDiv(toUs, bucketUs) - Math.floorDiv(fromUs, bucketUs) + 1;
    }
}
