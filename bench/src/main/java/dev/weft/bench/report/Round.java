package dev.weft.bench.report;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One measured run against one server.
 *
 * @param server "weft" or "floor".
 * @param number from 1; 0 is the warm-up, which is kept apart.
 * @param values what was measured, by name, in a fixed order.
 * @param times nanoseconds, empty if the scenario has none; what they are the scenario says.
 * @param violations why the round is worthless: lost, repeated, refused, rate missed. Empty for a
 *     good one.
 */
public record Round(
        String server,
        int number,
        Map<String, Double> values,
        Histogram times,
        List<String> violations) {
    /** One of the values; NaN if there is none of that name. */
    double value(final String metric) {
        return values.getOrDefault(metric, Double.NaN);
    }
}
