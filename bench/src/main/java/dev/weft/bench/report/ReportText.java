package dev.weft.bench.report;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The README of one measurement. */
final class ReportText {
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 100};
    private static final double NANOS_PER_MICRO = 1_000.0;

    private ReportText() {}

    static String of(final Report report) {
        final StringBuilder text = new StringBuilder(2_000);
        text.append("# ")
                .append(report.question().scenario())
                .append(": ")
                .append(verdict(report))
                .append("\n\n");
        text.append(report.question().claim()).append("\n\n");
        goals(text, report);
        ratios(text, report);
        times(text, report);
        rounds(text, report);
        list(text, "Why it does not count", report.violations(false));
        list(text, "Rounds of peers that are left out", report.violations(true));
        text.append(
                "\nEnvironment: environment.json. Command: command.txt. Values of every round, warm-up too:"
                        + " rounds.json. Plots: *.png.\n");
        return text.toString();
    }

    static Histogram merged(final Report report, final String server) {
        final Histogram all = new Histogram(3);
        report.rounds().stream()
                .filter(round -> round.server().equals(server))
                .filter(round -> round.violations().isEmpty())
                .forEach(round -> all.add(round.times()));
        return all;
    }

    /** A number for people: three significant digits or more, thousands apart. */
    static String number(final double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        final double size = Math.abs(value);
        final int digits = size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    private static String verdict(final Report report) {
        if (!report.isValid()) {
            return "void";
        }
        if (report.goals().isEmpty()) {
            return "measured, no goal";
        }
        return report.isReached() ? "reached" : "missed";
    }

    private static void list(
            final StringBuilder text, final String title, final List<String> lines) {
        if (!lines.isEmpty()) {
            text.append("\n## ").append(title).append("\n\n");
            lines.forEach(line -> text.append("- ").append(line).append('\n'));
        }
    }

    private static void goals(final StringBuilder text, final Report report) {
        if (report.goals().isEmpty()) {
            return;
        }
        text.append("| value | goal | weft, median | verdict |\n| --- | --- | --- | --- |\n");
        for (final Goal goal : report.goals()) {
            final double value = report.value(goal);
            text.append(
                    "| %s, %s | %s %s%s | %s%s | %s |\n"
                            .formatted(
                                    goal.metric(),
                                    goal.unit(),
                                    goal.atLeast() ? "≥" : "≤",
                                    number(goal.bound()),
                                    goal.isRatio() ? " × " + goal.against() : "",
                                    number(value),
                                    goal.isRatio() ? " ×" : "",
                                    verdict(goal, value)));
        }
        text.append('\n');
    }

    private static String verdict(final Goal goal, final double value) {
        if (Double.isNaN(value)) {
            return "no valid round";
        }
        return goal.isReached(value) ? "reached" : "missed";
    }

    private static void ratios(final StringBuilder text, final Report report) {
        final List<String> others =
                report.servers().stream().filter(name -> !name.equals(Report.PRODUCT)).toList();
        if (others.isEmpty() || !report.servers().contains(Report.PRODUCT)) {
            return;
        }
        text.append(
                "## Weft by the others: median (smallest to largest) of the rounds' ratios\n\n| value |");
        others.forEach(server -> text.append(" by ").append(server).append(" |"));
        text.append("\n| --- |").append(" --- |".repeat(others.size())).append('\n');
        for (final String metric : report.metrics()) {
            if (!metric.contains("in the whole round")) {
                text.append("| ").append(metric).append(" |");
                others.forEach(server -> text.append(spread(report.ratios(server, metric))));
                text.append('\n');
            }
        }
        text.append('\n');
    }

    private static String spread(final double[] sorted) {
        return sorted.length == 0
                ? " – |"
                : " %s (%s to %s) |"
                        .formatted(
                                number(Report.middle(sorted)),
                                number(sorted[0]),
                                number(sorted[sorted.length - 1]));
    }

    private static void times(final StringBuilder text, final Report report) {
        if (report.servers().stream()
                .allMatch(server -> merged(report, server).getTotalCount() == 0)) {
            return;
        }
        text.append("## ").append(report.question().timesMeaning()).append(", µs, all rounds\n\n");
        text.append("| server | count | p50 | p99 | p99.9 | p99.99 | max |\n");
        text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
        for (final String server : report.servers()) {
            final Histogram all = merged(report, server);
            text.append("| ")
                    .append(server)
                    .append(" | ")
                    .append(number((double) all.getTotalCount()));
            for (final double percentile : PERCENTILES) {
                text.append(" | ")
                        .append(number(all.getValueAtPercentile(percentile) / NANOS_PER_MICRO));
            }
            text.append(" |\n");
        }
        text.append('\n');
    }

    private static void rounds(final StringBuilder text, final Report report) {
        text.append("## All values: median (smallest to largest) of the rounds\n\n| value |");
        report.servers().forEach(server -> text.append(' ').append(server).append(" |"));
        text.append("\n| --- |").append(" --- |".repeat(report.servers().size())).append('\n');
        for (final String metric : report.metrics()) {
            text.append("| ").append(metric).append(" |");
            for (final String server : report.servers()) {
                text.append(spread(report.sorted(server, metric)));
            }
            text.append('\n');
        }
    }
}
