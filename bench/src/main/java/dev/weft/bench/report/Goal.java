package dev.weft.bench.report;

/**
 * What a scenario has to reach.
 *
 * @param metric name of a value of the rounds.
 * @param unit unit of the value, for people.
 * @param bound the value to reach.
 * @param atLeast whether more is better.
 */
public record Goal(String metric, String unit, double bound, boolean atLeast) {
    public static Goal atLeast(final String metric, final String unit, final double bound) {
        return new Goal(metric, unit, bound, true);
    }

    public static Goal atMost(final String metric, final String unit, final double bound) {
        return new Goal(metric, unit, bound, false);
    }

    public boolean isReached(final double value) {
        return atLeast ? value >= bound : value <= bound;
    }
}
