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
        ResultFormatFactory.getInstance(
                        ResultFormatType.JSON, folder.resolve("jmh.json").toString())
                .writeOut(results);
        Plot.write(results, folder.resolve("plot.png"));
        return folder;
    }

    private static String text(final Collection<RunResult> results) {
        final StringBuilder text = new StringBuilder(4_000);
        final boolean isFree =
                results.stream()
                        .filter(result -> FREE_OF_ALLOCATION.contains(name(result)))
                        .allMatch(result -> allocation(result) < NOTHING);
        text.append("# micro: ").append(isFree ? "reached" : "missed").append("\n\n");
        text.append(
                        "Parts of the hot path under JMH with the allocation profiler, each beside a baseline that only moves"
                                + " the bytes and a rival that does the obvious thing. Goal: append, frame and group encoding allocate"
                                + " nothing (below ")
                .append(NOTHING)
                .append(
                        " B/op). Times are averages of JMH's iterations with its"
                                + " error; for tails see the load scenarios.\n\n");
        text.append(
                "| benchmark | parameters | ns/op | error | B/op | verdict |\n| --- | --- | --- | --- | --- | --- |\n");
        for (final RunResult result : results) {
            final Result<?> time = result.getPrimaryResult();
            final boolean hasGoal = FREE_OF_ALLOCATION.contains(name(result));
            text.append(
                    "| %s | %s | %s | %s | %s | %s |\n"
                            .formatted(
                                    name(result),
                                    parameters(result),
                                    ReportText.number(time.getScore()),
                                    ReportText.number(time.getScoreError()),
                                    ReportText.number(Math.max(0, allocation(result))),
                                    hasGoal
                                            ? allocation(result) < NOTHING ? "reached" : "missed"
                                            : ""));
        }
        return text.append(
                        "\nEnvironment: environment.json. Command: command.txt. Raw: jmh.json. Plot: plot.png.\n")
                .toString();
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
