package dev.weft.bench.report;

/**
 * What a scenario has to reach.
 *
 * @param metric name of a value of the rounds.
 * @param unit unit of the value, for people.
 * @param bound the value to reach, or how many times the other server's.
 * @param atLeast whether more is better.
 * @param against the server that the product is held against, empty for an absolute value.
 */
public record Goal(String metric, String unit, double bound, boolean atLeast, String against) {
    public static Goal atLeast(final String metric, final String unit, final double bound) {
        return new Goal(metric, unit, bound, true, "");
    }

    public static Goal atMost(final String metric, final String unit, final double bound) {
        return new Goal(metric, unit, bound, false, "");
    }

    /** At least {@code bound} times what the other server has. */
    public static Goal atLeastTimes(final String metric, final double bound, final String against) {
        return new Goal(metric, "×", bound, true, against);
    }

    /** At most {@code bound} times what the other server has. */
    public static Goal atMostTimes(final String metric, final double bound, final String against) {
        return new Goal(metric, "×", bound, false, against);
    }

    public boolean isRatio() {
        return !against.isEmpty();
    }

    public boolean isReached(final double value) {
        return atLeast ? value >= bound : value <= bound;
    }
}
