package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Pacer;
import dev.weft.bench.client.Prime;
import dev.weft.bench.client.PublishRequest;
import dev.weft.bench.fleet.FleetProcess;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.rig.ServerMemory;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Half of the subscribers stop reading. The others must not notice, memory must not grow with what
 * is kept from them, and when they read again they must get everything.
 */
public final class StalledScenario implements Scenario {
    private static final int EVENTS_PER_SECOND = 50;
    private static final int EVENT_LENGTH = 2_000;
    private static final int RECEIVE_BUFFER_LENGTH = 8 * 1024;
    private static final double PHASE_SECONDS = 10;
    private static final long EVENTS = (long) (4.5 * PHASE_SECONDS * EVENTS_PER_SECOND);
    private static final String PATH = "/events/stream?type=bench.tick";

    private final int subscriberCount;

    public StalledScenario(final int subscriberCount) {
        this.subscriberCount = subscriberCount;
    }

    @Override
    public Question question() {
        return new Question(
                "stalled",
                ("%,d SSE subscribers, %d events/s of %,d bytes, each a request of its own. For"
                                + " %.0f s all read, then for %.0f s half of them (another process, receive"
                                + " buffer %d KB) read nothing, then they read again. Delivery latency of the"
                                + " reading half, due time to frame read, with and without the others' stall;"
                                + " heap and resident memory of the server.")
                        .formatted(
                                subscriberCount,
                                EVENTS_PER_SECOND,
                                EVENT_LENGTH,
                                PHASE_SECONDS,
                                2 * PHASE_SECONDS,
                                RECEIVE_BUFFER_LENGTH / 1024),
                "Due time to frame read by a subscriber that reads, while the other half does not",
                List.of(
                        Goal.atMost("p99 beside stalled ones to before", "ratio", 1.5),
                        Goal.atMost("heap growth, MB", "MB", 64)),
                List.of(Picture.percentiles()));
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
            client.subscribe(subscriberCount / 2, -1);
            final long base = Prime.publishOne(client);
            final Histogram times = new Histogram(3);
            try (FleetProcess others =
                    new FleetProcess(
                            server.port(),
                            subscriberCount / 2,
                            "127.0.2",
                            PATH,
                            1,
                            base,
                            RECEIVE_BUFFER_LENGTH)) {
                client.await("the other half", 30, () -> isOpen(others));
                memory.sample(); // the first one loads what takes it
                final Pacer pacer =
                        new Pacer(
                                client.publisher(
                                        PublishRequest.sized(
                                                server.dialect(), server.port(), EVENT_LENGTH)),
                                EVENTS_PER_SECOND,
                                EVENTS);
                client.record(times, sequence -> pacer.dueNs(sequence - base - 1));
                pacer.start();
                client.pass(PHASE_SECONDS / 2);
                times.reset();
                client.pass(PHASE_SECONDS);
                final double before = times.getValueAtPercentile(99);
                measure.value("p50 before, µs", times.getValueAtPercentile(50) / 1e3);
                measure.value("p99 before, µs", before / 1e3);
                final ServerMemory.Sample start = client.passWhile(memory::sample);
                client.passWhile(others::stall);
                times.reset();
                measure.start();
                client.pass(PHASE_SECONDS);
                client.passWhile(memory::sample);
                client.pass(PHASE_SECONDS);
                measure.stop();
                measure.times().add(times);
                final ServerMemory.Sample end = client.passWhile(memory::sample);
                final Histogram beside = measure.times();
                measure.value("p50 beside stalled ones, µs", beside.getValueAtPercentile(50) / 1e3);
                measure.value("p99 beside stalled ones, µs", beside.getValueAtPercentile(99) / 1e3);
                measure.value(
                        "p99 beside stalled ones to before",
                        beside.getValueAtPercentile(99) / before);
                measure.value("heap growth, MB", (end.heap() - start.heap()) / 1e6);
                measure.value(
                        "anonymous memory growth, MB", (end.anonymous() - start.anonymous()) / 1e6);
                client.passWhile(others::resume);
                client.await("the last answer", 60, pacer::isAnswered);
                finish(client, others, base, measure);
                memory.into(measure);
            }
            measure.violations(client);
        }
        return measure.round();
    }

    /** Everybody has everything, once. */
    private static void finish(
            final LoadClient client,
            final FleetProcess others,
            final long base,
            final Measure measure)
            throws IOException {
        final long head = base + EVENTS; // all are answered, not all were read by everybody
        client.await(
                "those that read",
                60,
                () ->
                        client.subscribers().stream()
                                .allMatch(each -> each.frames().nextSequence() > head));
        final long startNs = System.nanoTime();
        client.await("those that were stalled", 60, () -> others.last() >= head);
        measure.value("all caught up after, s", (System.nanoTime() - startNs) / 1e9);
        final FleetProcess.GroupStatus seen = others.group(0);
        if (seen.min() != EVENTS || seen.max() != EVENTS) {
            measure.violation(
                    "%d events, those that were stalled have %d to %d"
                            .formatted(EVENTS, seen.min(), seen.max()));
        }
        final FleetProcess.Status status = others.status();
        measure.count("streams that the server closed", status.lost());
        if (status.troubles() > 0) {
            measure.violation(status.troubles() + " troubles; first: " + status.trouble());
        }
    }

    private boolean isOpen(final FleetProcess fleet) {
        return fleet.openCount() == subscriberCount / 2;
    }
}
