package dev.weft.bench.scenario;

import dev.weft.bench.client.Aside;
import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Prime;
import dev.weft.bench.client.PublishProbe;
import dev.weft.bench.client.StalledException;
import dev.weft.bench.client.TickPublisher;
import dev.weft.bench.fleet.FleetProcess;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Ten thousand clients lose their streams at once, first because the clients drop them, then
 * because the server is killed, and come back as browsers do. A publisher goes on meanwhile.
 */
public final class StormScenario implements Scenario {
    private static final int FLEETS = 2;
    private static final int GROUPS = 100;
    private static final int TICKS_PER_SECOND = 50;
    private static final int BACK_SECONDS_MAX = 60;
    private static final double QUIET_SECONDS = 5;
    private static final long LOOK_NS = 50_000_000; // between two looks at the clients

    private final int clientCount;
    private double before99; // of this round

    public StormScenario(final int clientCount) {
        this.clientCount = clientCount;
    }

    @Override
    public Question question() {
        return new Question(
                "storm",
                ("%,d SSE clients in %d processes, %d groups of subjects, %d events/s to one group"
                                + " after the other. All are dropped at once by the clients; then the server"
                                + " is killed (SIGKILL) and started again. Clients wait as their retry: said,"
                                + " 503 as its Retry-After said, and come back with Last-Event-ID. A publisher"
                                + " of 200 events/s to nobody is measured from due time to answer, before,"
                                + " from the drop until all are back, and from the restart until all are back;"
                                + " during the drop beside it one to a bare server without clients, for what"
                                + " the machine adds.")
                        .formatted(clientCount, FLEETS, GROUPS, TICKS_PER_SECOND),
                "Due time to answer of a publish, from the drop by the clients until all were back",
                List.of(
                        Goal.atMost("back after a drop, s", "s", 30),
                        Goal.atMost("back after a kill, s", "s", 30),
                        Goal.atMost("publish p99, drop to before", "ratio", 10),
                        Goal.atMost("publish p99, kill to before", "ratio", 10)),
                List.of(Picture.percentiles()));
    }

    @Override
    public boolean suits(final Contender contender) {
        return contender.remembers();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final List<FleetProcess> fleets = new ArrayList<>();
        try (TickPublisher ticks = new TickPublisher(server.port(), GROUPS, TICKS_PER_SECOND)) {
            final long base = head(server);
            for (int i = 0; i < FLEETS; i++) {
                fleets.add(
                        new FleetProcess(
                                server.port(),
                                clientCount / FLEETS,
                                "127.0." + (i + 2),
                                "/events/stream?subject=group/%d",
                                GROUPS,
                                base,
                                0));
            }
            ticks.start();
            dropAll(server, fleets, measure);
            kill(server, fleets, measure);
            ticks.stop();
            check(fleets, ticks, measure);
        } finally {
            fleets.forEach(FleetProcess::close);
        }
        return measure.round();
    }

    private void dropAll(
            final ServerProcess server, final List<FleetProcess> fleets, final Measure measure)
            throws IOException {
        try (ServerProcess bare = PublishProbe.bareServer();
                PublishProbe probe = new PublishProbe(server, 300);
                PublishProbe bareProbe = new PublishProbe(bare, 300)) {
            probe.measureWhile(Aside.begin(() -> awaitAll(fleets)));
            probe.measure(2);
            measure.start();
            final Aside<Histogram> bareBefore = Aside.begin(() -> bareProbe.measure(QUIET_SECONDS));
            final Histogram before = probe.measure(QUIET_SECONDS);
            bareBefore.result();
            final long dropNs = System.nanoTime();
            final Aside<Long> storm = Aside.begin(() -> drop(fleets));
            final Aside<Histogram> beside = Aside.begin(() -> bareProbe.measureWhile(storm));
            final Histogram during = probe.measureWhile(storm);
            measure.value("back after a drop, s", (System.nanoTime() - dropNs) / 1e9);
            measure.stop();
            measure.times().add(during);
            times(measure, "before", before);
            times(measure, "drop", during);
            times(measure, "drop, to a bare server", beside.result());
            measure.value(
                    "publish p99, drop to before",
                    (double) during.getValueAtPercentile(99) / before.getValueAtPercentile(99));
            measure.value("server CPU, cores, drop", measure.cpuSeconds() / measure.seconds());
            refusals(measure, "drop", fleets);
            if (probe.refusedCount() > 0) {
                measure.violation(probe.refusedCount() + " publishes refused");
            }
            before99 = before.getValueAtPercentile(99);
        }
    }

    /** Returns when all have lost their streams and have them again. */
    private long drop(final List<FleetProcess> fleets) throws IOException {
        for (final FleetProcess fleet : fleets) {
            fleet.tellDrop();
        }
        for (final FleetProcess fleet : fleets) {
            fleet.hear();
        }
        return awaitAll(fleets);
    }

    private void kill(
            final ServerProcess server, final List<FleetProcess> fleets, final Measure measure)
            throws IOException {
        final long killNs = System.nanoTime();
        server.kill();
        server.startAgain();
        measure.value("ready after a kill, s", (System.nanoTime() - killNs) / 1e9);
        try (PublishProbe probe = new PublishProbe(server, 300)) {
            final Histogram during = probe.measureWhile(Aside.begin(() -> awaitAll(fleets)));
            measure.value("back after a kill, s", (System.nanoTime() - killNs) / 1e9);
            times(measure, "kill", during);
            measure.value(
                    "publish p99, kill to before", during.getValueAtPercentile(99) / before99);
            refusals(measure, "kill", fleets);
        }
    }

    private static void times(final Measure measure, final String when, final Histogram times) {
        for (final double percentile : new double[] {50, 99, 100}) {
            measure.value(
                    String.format(
                            Locale.ROOT,
                            "publish %s, %s, µs",
                            percentile == 100 ? "max" : "p" + (int) percentile,
                            when),
                    times.getValueAtPercentile(percentile) / 1_000.0);
        }
        measure.count("publishes, " + when, times.getTotalCount());
    }

    private static void refusals(
            final Measure measure, final String when, final List<FleetProcess> fleets)
            throws IOException {
        long refused = 0;
        for (final FleetProcess fleet : fleets) {
            refused += fleet.status().refused();
        }
        measure.count("503 so far, " + when, refused);
    }

    /** Returns the number of clients when all have their stream. */
    private long awaitAll(final List<FleetProcess> fleets) throws IOException {
        final long deadlineNs = System.nanoTime() + BACK_SECONDS_MAX * 1_000_000_000L;
        long open = 0;
        while (open < (long) (clientCount / FLEETS) * FLEETS) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new StalledException(
                        "waited " + BACK_SECONDS_MAX + " s for the clients, open: " + open);
            }
            LockSupport.parkNanos(LOOK_NS);
            open = 0;
            for (final FleetProcess fleet : fleets) {
                open += fleet.openCount();
            }
        }
        return open;
    }

    /** Every client has every event of its group, once. */
    private static void check(
            final List<FleetProcess> fleets, final TickPublisher ticks, final Measure measure)
            throws IOException {
        final long deadlineNs = System.nanoTime() + 20_000_000_000L;
        long delivered = 0;
        for (final FleetProcess fleet : fleets) {
            for (int group = 0; group < GROUPS; group++) {
                FleetProcess.GroupStatus seen = fleet.group(group);
                while (seen.last() < ticks.lastSequence(group)
                        && System.nanoTime() - deadlineNs < 0) {
                    seen = fleet.group(group);
                }
                final long wanted = ticks.count(group);
                if (seen.min() != wanted || seen.max() != wanted) {
                    measure.violation(
                            "group %d: %d events, clients have %d to %d"
                                    .formatted(group, wanted, seen.min(), seen.max()));
                }
            }
            final FleetProcess.Status status = fleet.status();
            delivered += status.received();
            if (status.troubles() > 0) {
                measure.violation(status.troubles() + " troubles; first: " + status.trouble());
            }
        }
        measure.count("delivered in the whole round", delivered);
    }

    private static long head(final ServerProcess server) throws IOException {
        try (LoadClient client = new LoadClient(server)) {
            client.subscribe(1, -1);
            return Prime.publishOne(client);
        }
    }
}
