package dev.weft.server.ops;

import dev.weft.server.counters.LatencyRecorder;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry that a scrape reads. It reads counters that others write anyway and costs nothing
 * between scrapes. Made when it is asked for the first time: its classes are many. Thread: the one
 * that answers scrapes.
 */
final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final List<LongSupplier> kept =
            new ArrayList<>(); // the registry would let them be collected

    Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /**
     * Adds a number that only grows.
     *
     * @param name with dots; Prometheus sees underscores and {@code _total}.
     * @param label name and value of a label, or null.
     */
    void counter(
            final String name,
            final String help,
            final @Nullable Label label,
            final LongSupplier value) {
        kept.add(value);
        final FunctionCounter.Builder<LongSupplier> builder =
                FunctionCounter.builder(name, value, LongSupplier::getAsLong).description(help);
        if (label != null) {
            builder.tag(label.name(), label.value());
        }
        builder.register(registry);
    }

    /** Adds a number that goes up and down. */
    void gauge(
            final String name,
            final String help,
            final @Nullable Label label,
            final LongSupplier value) {
        final Gauge.Builder<LongSupplier> builder =
                Gauge.builder(name, value, LongSupplier::getAsLong)
                        .description(help)
                        .strongReference(true);
        if (label != null) {
            builder.tag(label.name(), label.value());
        }
        builder.register(registry);
    }

    /** Adds latencies; the name is as Prometheus sees it. */
    void latency(final String name, final String help, final List<LatencyRecorder> recorders) {
        registry.getPrometheusRegistry().register(new LatencyCollector(name, help, recorders));
    }

    /** All of it as Prometheus text. */
    String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    /** Divides one metric by what it is about. Values come from a short, fixed list. */
    record Label(String name, String value) {}
}
