package dev.weft.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * Writes the folder of a run of the micro-benchmarks, with the verdict on what the hot path
 * allocates.
 */
public final class MicroReport {
    private static final String ALLOCATION = "gc.alloc.rate.norm";
    private static final String BY_THREAD = "Bytes";
    private static final double NOTHING = 0.5; // what JMH's own bookkeeping can come to, in bytes
    private static final List<String> FREE_OF_ALLOCATION =
            List.of(
                    "AppendBenchmark.weft",
                    "GroupEncodeBenchmark.weft",
                    "FrameEncodeBenchmark.weft");

    private final Path root;
    private final String commit;
    private final List<String> command;

    /** As {@link ReportWriter}. */
    public MicroReport(final Path root, final String commit, final List<String> command) {
        this.root = root;
        this.commit = commit;
        this.command = command;
    }

    /**
     * @return the folder.
     */
    public Path write(final Collection<RunResult> results, final Environment environment)
            throws IOException {
        final Path folder =
                root.resolve("%s-%s-micro".formatted(LocalDate.now(ZoneOffset.UTC), commit));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("README.md"), text(results));
        Files.writeString(folder.resolve("command.txt"), String.join(" ", command) + "\n");
        Files.writeString(
                folder.resolve("environment.json"), ReportWriter.json(environment.values()));
        raw(results, folder.resolve("jmh.json"));
        Plot.write(results, folder.resolve("plot.png"));
        return folder;
    }

    /** JMH's own format, but for the places where the JDK and the project lie on this machine. */
    private static void raw(final Collection<RunResult> results, final Path file)
            throws IOException {
        ResultFormatFactory.getInstance(ResultFormatType.JSON, file.toString()).writeOut(results);
        Files.writeString(file, Environment.withoutPlaces(Files.readString(file)));
    }

    private static String text(final Collection<RunResult> results) {
        final StringBuilder text = new StringBuilder(4_000);
        final boolean isFree =
                results.stream()
                        .filter(result -> FREE_OF_ALLOCATION.contains(name(result)))
                        .allMatch(result -> ownAllocation(result) < NOTHING);
        text.append("# micro: ").append(isFree ? "reached" : "missed").append("\n\n");
        text.append(
                        "Parts of the hot path under JMH with the allocation profiler, each beside a baseline that only moves"
                                + " the bytes and a rival that does the obvious thing. Goal: append, frame and group encoding allocate"
                                + " nothing (below ")
                .append(NOTHING)
                .append(
                        " B/op). Times are averages of JMH's iterations with its"
                                + " error; for tails see the load scenarios. B/op is JMH's figure: of all threads, its own too."
                                + " Where a benchmark has several threads, B/op of each by the JVM's count stand beside."
                                + " Append: Chronicle maps the next 32 MiB of a roll file with 688 bytes of objects, nothing else is"
                                + " allocated; once the journal outgrows what the kernel keeps unwritten, its time is the disk's.\n\n");
        text.append(
                "| benchmark | parameters | ns/op | error | B/op | by thread | verdict |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        for (final RunResult result : results) {
            final Result<?> time = result.getPrimaryResult();
            final boolean hasGoal = FREE_OF_ALLOCATION.contains(name(result));
            text.append(
                    "| %s | %s | %s | %s | %s | %s | %s |\n"
                            .formatted(
                                    name(result),
                                    parameters(result),
                                    ReportText.number(time.getScore()),
                                    ReportText.number(time.getScoreError()),
                                    ReportText.number(Math.max(0, allocation(result))),
                                    text(byThread(result)),
                                    hasGoal
                                            ? ownAllocation(result) < NOTHING ? "reached" : "missed"
                                            : ""));
        }
        return text.append(
                        "\nEnvironment: environment.json. Command: command.txt. Raw: jmh.json. Plot: plot.png.\n")
                .toString();
    }

    /** Without what JMH itself allocates, where the benchmark's threads were counted. */
    private static double ownAllocation(final RunResult result) {
        final Map<String, Double> threads = byThread(result);
        return threads.isEmpty()
                ? allocation(result)
                : threads.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** B/op, from counters whose names end so and that a benchmark sums up over its iterations. */
    private static Map<String, Double> byThread(final RunResult result) {
        final double operations =
                result.getBenchmarkResults().stream()
                        .mapToDouble(fork -> fork.getMetadata().getMeasurementOps())
                        .sum();
        final Map<String, Double> threads = new TreeMap<>();
        secondary(result)
                .forEach(
                        (key, value) -> {
                            if (key.endsWith(BY_THREAD)) {
                                threads.put(
                                        key.substring(0, key.length() - BY_THREAD.length()),
                                        value.getScore() / operations);
                            }
                        });
        return threads;
    }

    private static String text(final Map<String, Double> threads) {
        return threads.entrySet().stream()
                .map(entry -> entry.getKey() + " " + ReportText.number(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Class and method. */
    static String name(final RunResult result) {
        final String whole = result.getParams().getBenchmark();
        final int method = whole.lastIndexOf('.');
        return whole.substring(whole.lastIndexOf('.', method - 1) + 1);
    }

    static String parameters(final RunResult result) {
        final BenchmarkParams params = result.getParams();
        final StringBuilder text = new StringBuilder();
        for (final String key : params.getParamsKeys()) {
            text.append(text.length() == 0 ? "" : ", ")
                    .append(key)
                    .append('=')
                    .append(params.getParam(key));
        }
        return text.toString();
    }

    private static double allocation(final RunResult result) {
        for (final Map.Entry<String, ? extends Result<?>> entry : secondary(result).entrySet()) {
            if (entry.getKey().endsWith(ALLOCATION)) {
                return entry.getValue().getScore();
            }
        }
        return Double.NaN;
    }

    @SuppressWarnings("rawtypes") // JMH's own signature
    private static Map<String, ? extends Result<?>> secondary(final RunResult result) {
        final Map<String, Result<?>> typed = new HashMap<>();
        for (final Map.Entry<String, Result> entry : result.getSecondaryResults().entrySet()) {
            typed.put(entry.getKey(), entry.getValue());
        }
        return typed;
    }
}
