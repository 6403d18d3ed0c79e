package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Prime;
import dev.weft.bench.client.PublishRequest;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.fleet.FleetProcess;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.rig.ServerMemory;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishers that are faster than the server, beside subscribers of which half do not read: nothing
 * acknowledged may be lost and memory must stay bounded.
 */
public final class PressureScenario implements Scenario {
    private static final int LINE_PUBLISHERS = 25;
    private static final int SINGLE_PUBLISHERS = 25;
    private static final int LINES = 400;
    private static final int LINE_WINDOW = 2;
    private static final int SINGLE_WINDOW = 64;
    private static final String PATH = "/events/stream?type=seen";

    private final int subscriberCount;
    private final double seconds;

    public PressureScenario(final int subscriberCount, final double seconds) {
        this.subscriberCount = subscriberCount;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "pressure",
                ("%d publishers of NDJSON (%d lines of %d bytes a request, %d requests under way)"
                                + " and %d of single events (%d under way) at full speed for %.0f s, %,d SSE"
                                + " subscribers of one line in each request, of which half do not read until"
                                + " the publishers have stopped. Heap and resident memory of the server once a"
                                + " second.")
                        .formatted(
                                LINE_PUBLISHERS,
                                LINES,
                                EventText.LENGTH,
                                LINE_WINDOW,
                                SINGLE_PUBLISHERS,
                                SINGLE_WINDOW,
                                seconds,
                                subscriberCount),
                "",
                List.of(Goal.atMost("anonymous memory, most, MB", "MB", 1_024)),
                List.of());
    }

    @Override
    public boolean suits(final Contender contender) {
        return contender.remembers();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final ServerMemory memory = new ServerMemory(server);
        try (LoadClient client = new LoadClient(server)) {
            client.subscribe(1, -1);
            final long base = Prime.publishOne(client);
            client.subscribers().get(0).close();
            try (FleetProcess readers = fleet(server, "127.0.2", base);
                    FleetProcess stalled = fleet(server, "127.0.3", base)) {
                client.await(
                        "the subscribers",
                        30,
                        () -> readers.openCount() + stalled.openCount() == subscriberCount / 2 * 2);
                stalled.stall();
                memory.sample();
                measure.start();
                final List<Publisher> lines = new ArrayList<>();
                final List<Publisher> singles = new ArrayList<>();
                publish(server, client, lines, singles, memory);
                measure.stop();
                stalled.resume();
                final long seen = accepted(lines) / LINES;
                check(client, readers, stalled, seen, measure);
                memory.sample();
                final long events = accepted(lines) + accepted(singles);
                measure.value("acknowledged events/s", events / measure.seconds());
                measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
                measure.count("acknowledged, NDJSON", accepted(lines));
                measure.count("acknowledged, single", accepted(singles));
                measure.count("refused requests, NDJSON", refused(lines));
                measure.count("refused requests, single", refused(singles));
                measure.value("anonymous memory, most, MB", memory.anonymousMax() / 1e6);
                memory.into(measure);
            }
        }
        return measure.round();
    }

    private void publish(
            final ServerProcess server,
            final LoadClient client,
            final List<Publisher> lines,
            final List<Publisher> singles,
            final ServerMemory memory)
            throws IOException {
        for (int i = 0; i < LINE_PUBLISHERS; i++) {
            lines.add(
                    client.publisher(
                            PublishRequest.of(
                                    server.dialect(),
                                    server.port(),
                                    "application/x-ndjson",
                                    "",
                                    body(),
                                    LINES)));
        }
        for (int i = 0; i < SINGLE_PUBLISHERS; i++) {
            singles.add(client.publisher(true));
        }
        final long endNs = System.nanoTime() + (long) (seconds * 1e9);
        long sampledNs = System.nanoTime();
        while (System.nanoTime() - endNs < 0) {
            fill(lines, LINE_WINDOW);
            fill(singles, SINGLE_WINDOW);
            client.poll(5);
            if (System.nanoTime() - sampledNs > 1_000_000_000L) {
                sampledNs = System.nanoTime();
                memory.sampleResident();
            }
        }
        client.await("the last answers", 30, () -> unanswered(lines) + unanswered(singles) == 0);
    }

    private static void fill(final List<Publisher> publishers, final int window)
            throws IOException {
        for (final Publisher publisher : publishers) {
            final long free = window - publisher.unansweredCount();
            if (free > window / 2) {
                publisher.send((int) free);
            }
        }
    }

    private static void check(
            final LoadClient client,
            final FleetProcess readers,
            final FleetProcess stalled,
            final long seen,
            final Measure measure)
            throws IOException {
        final long startNs = System.nanoTime();
        for (final FleetProcess fleet : List.of(readers, stalled)) {
            final String name = fleet == readers ? "those that read" : "those that did not";
            client.await(name, 60, () -> fleet.min() >= seen);
            measure.value(name + " have all after, s", (System.nanoTime() - startNs) / 1e9);
            final FleetProcess.GroupStatus status = fleet.group(0);
            if (status.min() != seen || status.max() != seen) {
                measure.violation(
                        "%d acknowledged, %s have %d to %d"
                                .formatted(seen, name, status.min(), status.max()));
            }
            final FleetProcess.Status all = fleet.status();
            measure.count("streams that ended, " + name, all.lost());
            if (all.troubles() > 0) {
                measure.violation(all.troubles() + " troubles; first: " + all.trouble());
            }
        }
    }

    private FleetProcess fleet(final ServerProcess server, final String source, final long base)
            throws IOException {
        return new FleetProcess(server.port(), subscriberCount / 2, source, PATH, 1, base, 8_192);
    }

    private static byte[] body() {
        final String all =
                new String(EventText.lines(EventText.LENGTH, LINES), StandardCharsets.US_ASCII);
        return all.replaceFirst("bench\\.tick", "seen").getBytes(StandardCharsets.US_ASCII);
    }

    private static long accepted(final List<Publisher> publishers) {
        return publishers.stream().mapToLong(each -> each.answers().acceptedCount()).sum();
    }

    private static long refused(final List<Publisher> publishers) {
        return publishers.stream().mapToLong(each -> each.answers().refusedCount()).sum();
    }

    private static long unanswered(final List<Publisher> publishers) {
        return publishers.stream().mapToLong(Publisher::unansweredCount).sum();
    }
}
