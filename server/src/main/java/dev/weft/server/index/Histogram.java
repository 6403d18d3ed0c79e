package dev.weft.server.index;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many events there were in each of a row of equal times.
 *
 * @param fromUs where the first bucket begins, inclusive; microseconds since the epoch.
 * @param bucketUs length of a bucket.
 * @param series one for all events; or one for each text of a field, most events first, and last
 *     one for all the others, if there are any.
 */
public record Histogram(long fromUs, long bucketUs, List<Series> series) {
    public Histogram {
        series = List.copyOf(series);
    }

    /**
     * One line of it.
     *
     * @param text of the field, as it stands in a frame; null for all events, or for all others.
     * @param counts one for each bucket.
     */
    public record Series(@Nullable String text, List<Long> counts) {
        public Series {
            counts = List.copyOf(counts);
        }

        /** Events in all buckets. */
        public long total() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }

        /** One line with a count for each bucket. */
        public static Series of(final @Nullable String text, final long[] counts) {
            return new Series(text, Arrays.stream(counts).boxed().toList());
        }
    }
}
