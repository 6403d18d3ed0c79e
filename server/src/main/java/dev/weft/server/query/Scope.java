package dev.weft.server.query;

import dev.weft.protocol.TimeText;
import dev.weft.server.fanout.Filter;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which events a question is about: the filter of a stream, and bounds.
 *
 * @param after sequence, exclusive; 0 for none.
 * @param before sequence, exclusive; {@code Long.MAX_VALUE} for none.
 * @param sinceUs time, exclusive; {@code Long.MIN_VALUE} for none.
 * @param untilUs time, inclusive; {@code Long.MAX_VALUE} for none.
 * @param hash the same for the same words of a query, in another process, too.
 */
public record Scope(Filter filter, long after, long before, long sinceUs, long untilUs, long hash) {
    private static final Set<String> BOUNDS = Set.of("after", "before", "since", "until");

    /** Parameters that {@link Parser} reads. */
    public static final Set<String> NAMES =
            Stream.concat(FilterParser.NAMES.stream(), BOUNDS.stream())
                    .collect(Collectors.toUnmodifiableSet());

    /**
     * A run of sequences, both ends exclusive and inclusive as named.
     *
     * @param low exclusive.
     * @param high inclusive.
     */
    public record Range(long low, long high) {
        public boolean isEmpty() {
            return low >= high;
        }
    }

    /**
     * Reads a scope from a query. One object serves all I/O loops.
     *
     * @param wallUs microseconds since the epoch, what "5m ago" counts from.
     */
    public record Parser(FilterParser filters, LongSupplier wallUs) {
        /**
         * Reads it.
         *
         * @throws ProblemException 400 with the parameter and the rule it breaks.
         */
        public Scope parse(final QueryParameters query) {
            final Filter filter = filters.parse(query);
            final long after = Numbers.of(query, "after", 0, 0, Long.MAX_VALUE);
            final long before = Numbers.of(query, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
            final StableHash hash = new StableHash();
            filter.forEach(
                    (field, terms) -> {
                        hash.add(field.parameter());
                        terms.forEach(term -> hash.add(term.isPrefix() ? 1 : 0).add(term.text()));
                    });
            hash.add(after).add(before).add(query.one("since")).add(query.one("until"));
            return new Scope(
                    filter,
                    after,
                    before,
                    time("since", query.one("since"), Long.MIN_VALUE),
                    time("until", query.one("until"), Long.MAX_VALUE),
                    hash.value());
        }

        private long time(final String name, final @Nullable String text, final long otherwise) {
            if (text == null) {
                return otherwise;
            }
            final long duration = TimeText.duration(text);
            if (duration != TimeText.INVALID) {
                return wallUs.getAsLong() - duration;
            }
            final long time = TimeText.time(text);
            if (time == TimeText.INVALID) {
                throw FilterParser.refused(name, TimeText.RULE_OR_DURATION);
            }
            return time;
        }
    }

    /** Whether a time is a bound. */
    public boolean hasSince() {
        return sinceUs != Long.MIN_VALUE;
    }

    /** Whether a time is a bound. */
    public boolean hasUntil() {
        return untilUs != Long.MAX_VALUE;
    }

    /**
     * Refuses it if it names a position from which events were deleted.
     *
     * @throws ProblemException 410 with the oldest sequence.
     */
    public void check(final long oldest) {
        if (after > 0 && after < Long.MAX_VALUE && after + 1 < oldest) {
            throw new ProblemException(Refusals.gone("what follows after is gone", oldest));
        }
        if (before > 1 && before <= oldest && oldest > 1) {
            throw new ProblemException(Refusals.gone("what comes before is gone", oldest));
        }
    }

    /** Its sequences, from those that are there when {@code head} is the newest. */
    public Range range(final EventIndex index, final long head) {
        long low = after;
        long high = Math.min(head, before - 1);
        if (hasSince()) {
            low = Math.max(low, index.sequenceAt(sinceUs + 1) - 1);
        }
        if (hasUntil()) {
            high = Math.min(high, index.sequenceAt(untilUs + 1) - 1);
        }
        return new Range(low, high);
    }

    /** Those of its events that lie in a range. */
    public EventQuery query(final Range range) {
        return EventQuery.of(filter).after(range.low).upTo(range.high);
    }
}
