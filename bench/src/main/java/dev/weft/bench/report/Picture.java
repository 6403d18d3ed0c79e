package dev.weft.bench.report;

/**
 * A plot that belongs to a scenario.
 *
 * @param kind what it shows.
 * @param metric the value shown; of a sweep, what its values' names begin with, before {@link #AT}.
 *     Empty for percentiles.
 */
public record Picture(Kind kind, String metric) {
    /** Stands in the name of a sweep's value between the value and the place where it was taken. */
    public static final String AT = " @ ";

    /** What a plot shows. */
    public enum Kind {
        /** Latency over percentiles, a line per server. */
        PERCENTILES,
        /** A value of every round, a bar per server and round. */
        ROUNDS,
        /** The median of a value, a bar per server. */
        BARS,
        /** The median of a value over the numbers behind {@link Picture#AT}, a line per server. */
        SWEEP
    }

    public static Picture percentiles() {
        return new Picture(Kind.PERCENTILES, "");
    }

    public static Picture rounds(final String metric) {
        return new Picture(Kind.ROUNDS, metric);
    }

    public static Picture bars(final String metric) {
        return new Picture(Kind.BARS, metric);
    }

    public static Picture sweep(final String metric) {
        return new Picture(Kind.SWEEP, metric);
    }
}
