package dev.weft.server.cli.history;

import dev.weft.server.cli.JournalText;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.ClientOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code weft stats}: what a server's journal holds, in numbers. */
@Command(
        name = "stats",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Shows how many events there are, of which types and categories, and how they came over time.",
            "On a terminal: tables. In a pipe: one JSON object."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:answered",
            "1:the server refused it",
            "2:wrong usage",
            "3:the server cannot be reached"
        })
public final class StatsCommand implements Callable<Integer> {
    private static final String BARS = " ▁▂▃▄▅▆▇█";
    private static final double US_PER_S = 1e6;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private HistoryOptions history = new HistoryOptions();

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "So many types and categories, those with the most events (default: 10).")
    private int top;

    @Option(names = "--json", description = "One JSON object, on a terminal too.")
    private boolean isJson;

    @Option(names = "--pretty", description = "Tables, in a pipe too.")
    private boolean isPretty;

    @Mixin private ClientOptions options = new ClientOptions();

    /** For picocli. */
    public StatsCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (top < 1 || top > 50) {
            throw new ParameterException(spec.commandLine(), "--top: from 1 to 50: " + top);
        }
        final Server server = new Server(options);
        try {
            final JsonNode health = server.json("/health");
            final JsonNode byTime = server.json(history.path("/events/histogram").toString());
            final JsonNode byCategory = server.json(histogramBy("category"));
            final JsonNode byType = server.json(histogramBy("type"));
            if (isPretty || (!isJson && Terminal.isOutput())) {
                print(health, byTime, byCategory, byType);
            } else {
                out().println(json(health, byTime, byCategory, byType));
            }
            return 0;
        } catch (final IOException ex) {
            spec.commandLine().getErr().println("weft stats: " + server.reason(ex));
            return Server.exitCode(ex);
        } finally {
            out().flush();
            spec.commandLine().getErr().flush();
        }
    }

    private String histogramBy(final String field) {
        return history.path("/events/histogram").add("by", field).add("top", top).toString();
    }

    private String json(
            final JsonNode health,
            final JsonNode byTime,
            final JsonNode byCategory,
            final JsonNode byType) {
        final ObjectNode all = JsonMapper.shared().createObjectNode();
        for (final String name :
                List.of("head", "oldest", "durable", "journal", "free_bytes", "subscribers")) {
            all.set(name, health.path(name));
        }
        all.set("total", byTime.path("total"));
        all.set("from", byTime.path("from"));
        all.set("bucket_us", byTime.path("bucket_us"));
        all.set("counts", counts(byTime));
        all.set("categories", totals(byCategory, "category"));
        all.set("types", totals(byType, "type"));
        return all.toString();
    }

    private static JsonNode counts(final JsonNode histogram) {
        final JsonNode counts = histogram.path("series").path(0).path("counts");
        return counts.isArray() ? counts : JsonMapper.shared().createArrayNode();
    }

    private static ArrayNode totals(final JsonNode histogram, final String name) {
        final ArrayNode totals = JsonMapper.shared().createArrayNode();
        for (final JsonNode series : sorted(histogram)) {
            totals.addObject()
                    .put(
                            name,
                            series.path("value").isNull() ? null : series.path("value").asString())
                    .put("count", series.path("total").asLong(0));
        }
        return totals;
    }

    /** The series with the most events first, what is left over last. */
    private static List<JsonNode> sorted(final JsonNode histogram) {
        final List<JsonNode> all = new ArrayList<>();
        histogram.path("series").forEach(all::add);
        all.removeIf(series -> series.path("total").asLong(0) == 0);
        all.sort(
                Comparator.comparing((JsonNode series) -> series.path("value").isNull())
                        .thenComparing(
                                series -> series.path("total").asLong(0),
                                Comparator.reverseOrder()));
        return all;
    }

    private void print(
            final JsonNode health,
            final JsonNode byTime,
            final JsonNode byCategory,
            final JsonNode byType) {
        out().printf(
                        Locale.ROOT,
                        "events       %,d, seq %,d to %,d%n",
                        byTime.path("total").asLong(0),
                        health.path("oldest").asLong(0),
                        health.path("head").asLong(0));
        out().printf(
                        Locale.ROOT,
                        "journal      %s, durable up to %,d, %s free%n",
                        health.path("journal").asString("?"),
                        health.path("durable").asLong(0),
                        JournalText.size(health.path("free_bytes").asLong(0)));
        out().printf(Locale.ROOT, "subscribers  %,d%n", health.path("subscribers").asLong(0));
        printTime(byTime);
        printTotals("category", byCategory);
        printTotals("type", byType);
    }

    private void printTime(final JsonNode byTime) {
        final long bucketUs = Math.max(1, byTime.path("bucket_us").asLong(1));
        final JsonNode counts = counts(byTime);
        long highest = 0;
        for (final JsonNode count : counts) {
            highest = Math.max(highest, count.asLong(0));
        }
        if (highest == 0) {
            return;
        }
        final StringBuilder bars = new StringBuilder();
        for (final JsonNode count : counts) {
            final long height = (count.asLong(0) * (BARS.length() - 1) + highest - 1) / highest;
            bars.append(BARS.charAt((int) height));
        }
        out().printf(
                        Locale.ROOT,
                        "from         %s UTC, %,.0f s each, at most %,.1f events/s%n%s%n",
                        JournalText.time(byTime.path("from").asLong(0)),
                        bucketUs / US_PER_S,
                        highest * US_PER_S / bucketUs,
                        bars);
    }

    private void printTotals(final String name, final JsonNode histogram) {
        out().printf(Locale.ROOT, "%n%-40s %14s%n", name, "events");
        for (final JsonNode series : sorted(histogram)) {
            out().printf(
                            Locale.ROOT,
                            "%-40s %,14d%n",
                            series.path("value").isNull()
                                    ? "(others)"
                                    : series.path("value").asString(),
                            series.path("total").asLong(0));
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
