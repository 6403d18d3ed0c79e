package dev.weft.server.ops;

import dev.weft.server.counters.LatencyRecorder;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Latencies of several threads as one Prometheus histogram with fixed bounds, added up when it is
 * read. Thread: the one that answers scrapes.
 */
final class LatencyCollector implements Collector {
    private static final double NS_PER_S = 1e9;
    private static final long[] BOUNDS_NS = {
        50_000L,
        100_000L,
        150_000L,
        200_000L,
        300_000L,
        400_000L,
        500_000L,
        750_000L,
        1_000_000L,
        2_000_000L,
        5_000_000L,
        10_000_000L,
        20_000_000L,
        50_000_000L,
        100_000_000L,
        200_000_000L,
        500_000_000L,
        1_000_000_000L,
        2_000_000_000L,
        5_000_000_000L,
        10_000_000_000L,
        30_000_000_000L
    };

    private final String name;
    private final String help;
    private final List<LatencyRecorder> recorders;
    private final Histogram total = LatencyRecorder.newTotal();

    LatencyCollector(final String name, final String help, final List<LatencyRecorder> recorders) {
        this.name = name;
        this.help = help;
        this.recorders = List.copyOf(recorders);
    }

    @Override
    public MetricSnapshot collect() {
        recorders.forEach(recorder -> recorder.drainTo(total));
        final List<Double> bounds = new ArrayList<>();
        final List<Number> counts = new ArrayList<>();
        long counted = 0;
        for (final long bound : BOUNDS_NS) {
            final long upTo = total.getCountBetweenValues(0, bound);
            bounds.add(bound / NS_PER_S);
            counts.add(upTo - counted);
            counted = upTo;
        }
        bounds.add(Double.POSITIVE_INFINITY);
        counts.add(total.getTotalCount() - counted);
        final double sum =
                total.getTotalCount() == 0 ? 0 : total.getMean() * total.getTotalCount() / NS_PER_S;
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(
                        HistogramDataPointSnapshot.builder()
                                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                                .sum(sum)
                                .build())
                .build();
    }
}
