package dev.weft.bench.rig;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.report.Round;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/**
 * Collects what one round gives, and takes the time and the server's CPU over its measured part.
 */
public final class Measure {
    private static final int DIGITS = 3;

    private final ServerProcess server;
    private final int number;
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Histogram times = new Histogram(DIGITS);
    private long startNs;
    private double startCpu;
    private double seconds;
    private double cpuSeconds;

    public Measure(final ServerProcess server, final int number) {
        this.server = server;
        this.number = number;
    }

    /** From here on it counts. */
    public void start() throws IOException {
        times.reset();
        startCpu = server.cpuSeconds();
        startNs = System.nanoTime();
    }

    /** Up to here it counted. */
    public void stop() throws IOException {
        seconds = (System.nanoTime() - startNs) / 1e9;
        cpuSeconds = server.cpuSeconds() - startCpu;
    }

    public double seconds() {
        return seconds;
    }

    public double cpuSeconds() {
        return cpuSeconds;
    }

    public Histogram times() {
        return times;
    }

    public void value(final String name, final double value) {
        values.put(name, value);
    }

    /** One that was set. */
    public double value(final String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    public void count(final String name, final long count) {
        values.put(name, (double) count);
    }

    /** Makes the round worthless. */
    public void violation(final String reason) {
        violations.add(reason);
    }

    /** Takes over what the client found wrong. */
    public void violations(final LoadClient client) {
        violations.addAll(client.violations());
    }

    public Round round() {
        return new Round(server.name(), number, values, times, violations);
    }
}
