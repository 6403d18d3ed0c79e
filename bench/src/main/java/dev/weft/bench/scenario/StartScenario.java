package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Product;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How long a start takes, from the moment the command is given to the line that says ready: with no
 * events and with many, after a clean stop and after a kill. Each on a journal of its own; the
 * rig's own server stands idle beside it.
 */
public final class StartScenario implements Scenario {
    private static final int REQUEST_EVENTS = 10_000;
    private static final double SECONDS_MAX = 2;

    private final Product product;
    private final int eventCount;
    private final List<String> metrics;

    /**
     * @param eventCount of the journal with many, a multiple of 10,000.
     */
    public StartScenario(final Product product, final int eventCount) {
        this.product = product;
        this.eventCount = eventCount;
        metrics =
                List.of(
                        "empty journal",
                        "one event, after a clean stop",
                        "one event, after kill -9",
                        "%,d events, after a clean stop".formatted(eventCount),
                        "%,d events, after kill -9".formatted(eventCount));
    }

    @Override
    public Question question() {
        return new Question(
                "start",
                ("Starts of an installed server: from the start of the command (the launcher script"
                                + " included) to its line `weft ready`. An empty directory, then the same"
                                + " directory again after SIGTERM and after kill -9 under way of a publish;"
                                + " and a journal of %,d events of %d bytes. Files are in the page cache.")
                        .formatted(eventCount, EventText.LENGTH),
                "",
                metrics.stream().map(name -> Goal.atMost(name, "s", SECONDS_MAX)).toList(),
                List.of(Picture.rounds(metrics.get(metrics.size() - 1))));
    }

    /** Others start what they like. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        product.inFolder(folder -> starts(measure, folder));
        return measure.round();
    }

    private void starts(final Measure measure, final Path folder) throws IOException {
        final Path small = folder.resolve("small");
        stop(started(measure, 0, small), 1);
        kill(started(measure, 1, small));
        stop(started(measure, 2, small), 0);
        final Path large = folder.resolve("large");
        stop(product.start(large), eventCount);
        kill(started(measure, 3, large));
        stop(started(measure, 4, large), 0);
    }

    private ServerProcess started(final Measure measure, final int metric, final Path data)
            throws IOException {
        final long startNs = System.nanoTime();
        final ServerProcess started = product.start(data);
        measure.value(metrics.get(metric), (System.nanoTime() - startNs) / 1e9);
        return started;
    }

    /** Publishes so many events, waits for the answers, and stops it as a person would. */
    private static void stop(final ServerProcess server, final int events) throws IOException {
        try (server;
                LoadClient client = new LoadClient(server)) {
            final int lines = Math.min(events, REQUEST_EVENTS);
            if (events > 0) {
                final Publisher publisher = client.linePublisher(lines);
                for (int sent = 0; sent < events; sent += lines) {
                    publisher.send(1);
                    client.await("an answer", 20, () -> publisher.unansweredCount() == 0);
                }
            }
        }
    }

    /** Kills it while it may be anywhere in the appends of a large publish. */
    private static void kill(final ServerProcess server) throws IOException {
        try (LoadClient client = new LoadClient(server)) {
            client.linePublisher(REQUEST_EVENTS).send(1);
            client.poll(5);
        } finally {
            server.kill();
        }
    }
}
