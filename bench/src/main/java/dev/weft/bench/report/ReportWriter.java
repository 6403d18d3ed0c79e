package dev.weft.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the folder of one scenario: {@code <date>-<commit>-<scenario>}, with the suffix .FAIL for
 * a void run.
 */
public final class ReportWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double NANOS_PER_MICRO = 1_000.0;

    private final Path root;
    private final String commit;
    private final List<String> command;

    /**
     * @param root the folder perf-results.
     * @param command what a person types to run it again.
     */
    public ReportWriter(final Path root, final String commit, final List<String> command) {
        this.root = root;
        this.commit = commit;
        this.command = command;
    }

    /**
     * Writes it, in place of an earlier one of the same day, commit and scenario and of the same
     * validity.
     *
     * @return the folder.
     */
    public Path write(final Report report, final Environment environment) throws IOException {
        final Path folder =
                root.resolve(
                        "%s-%s-%s%s"
                                .formatted(
                                        LocalDate.now(ZoneOffset.UTC),
                                        commit,
                                        report.question().scenario(),
                                        report.isValid() ? "" : ".FAIL"));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("README.md"), ReportText.of(report));
        Files.writeString(folder.resolve("command.txt"), String.join(" ", command) + "\n");
        Files.writeString(folder.resolve("environment.json"), json(environment.values()));
        Files.writeString(folder.resolve("rounds.json"), json(rounds(report)));
        for (final String server : report.servers()) {
            histograms(report, server, folder);
        }
        Plot.write(report, folder);
        return folder;
    }

    /** A value as the report shows it. */
    public static String number(final double value) {
        return ReportText.number(value);
    }

    private static void histograms(final Report report, final String server, final Path folder)
            throws IOException {
        final Histogram all = ReportText.merged(report, server);
        if (all.getTotalCount() == 0) {
            return;
        }
        try (PrintStream log =
                new PrintStream(folder.resolve(server + ".hdr").toFile(), StandardCharsets.UTF_8)) {
            final HistogramLogWriter writer = new HistogramLogWriter(log);
            writer.outputComment(report.question().timesMeaning() + ", nanoseconds; tag = round");
            writer.outputLogFormatVersion();
            writer.outputLegend();
            final List<Round> every = new ArrayList<>(report.warmUps());
            every.addAll(report.rounds());
            for (final Round round : every) {
                if (round.server().equals(server)) {
                    final Histogram times = round.times().copy();
                    times.setTag(round.number() == 0 ? "warmup" : "round" + round.number());
                    writer.outputIntervalHistogram(times);
                }
            }
        }
        try (PrintStream out =
                new PrintStream(
                        folder.resolve(server + ".hgrm").toFile(), StandardCharsets.UTF_8)) {
            all.outputPercentileDistribution(out, NANOS_PER_MICRO);
        }
    }

    private static List<Map<String, Object>> rounds(final Report report) {
        final List<Map<String, Object>> list = new ArrayList<>();
        final List<Round> every = new ArrayList<>(report.warmUps());
        every.addAll(report.rounds());
        for (final Round round : every) {
            final Map<String, Object> values = new LinkedHashMap<>();
            values.put("server", round.server());
            values.put("round", round.number() == 0 ? "warm-up" : round.number());
            values.putAll(round.values());
            if (!round.violations().isEmpty()) {
                values.put("violations", round.violations());
            }
            list.add(values);
        }
        return list;
    }

    static String json(final Object value) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }
}
