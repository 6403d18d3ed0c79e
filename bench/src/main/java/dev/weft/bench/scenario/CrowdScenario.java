package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Pacer;
import dev.weft.bench.client.Prime;
import dev.weft.bench.fleet.CrowdProcess;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.JvmMemory;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Very many subscribers of one server, in client processes with source addresses of their own. A
 * tenth of them gets every event; they may come and go meanwhile.
 */
public final class CrowdScenario implements Scenario {
    private static final int PROCESSES = 3;
    private static final int WANTED_SHARE = 10;
    private static final int EVENTS_PER_SECOND = 100;

    private final String name;
    private final int subscriberCount;
    private final double reconnectShare;
    private final double seconds;

    /**
     * @param reconnectShare of the subscribers that are closed and come back each second.
     */
    public CrowdScenario(
            final String name,
            final int subscriberCount,
            final double reconnectShare,
            final double seconds) {
        this.name = name;
        this.subscriberCount = subscriberCount;
        this.reconnectShare = reconnectShare;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                name,
                ("%d SSE subscribers on one server, from %d processes with source addresses of their own; %d events/s of %d"
                                + " bytes to a tenth of them, the others wait for another subject. %.0f %% of all reconnect every"
                                + " second, with Last-Event-ID where they have one. Open loop: latency from the moment the schedule"
                                + " set to the read of the frame, the time without a connection included. %.0f s a round. Memory: the server's own, heap with"
                                + " garbage and native, from a collected heap without them to all of them open.")
                        .formatted(
                                subscriberCount,
                                PROCESSES,
                                EVENTS_PER_SECOND,
                                EventText.LENGTH,
                                reconnectShare * 100,
                                seconds),
                "Due time to frame read by the subscriber",
                List.of(Goal.atMost("memory per subscriber, KB", "KB", 4)),
                List.of(Picture.percentiles()));
    }

    @Override
    public boolean suits(final Contender contender) {
        return contender.remembers();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final int each = subscriberCount / PROCESSES;
        final JvmMemory heap = new JvmMemory(server.pid());
        final long liveBefore = heap.liveHeap(); // what the round before has left is no part of it
        final long memoryBefore = server.ownMemory();
        final List<CrowdProcess> crowd = new ArrayList<>();
        try (LoadClient client = new LoadClient(server)) {
            for (int i = 0; i < PROCESSES; i++) {
                crowd.add(
                        CrowdProcess.start(
                                server.port(),
                                "127.0." + (i + 2),
                                each / WANTED_SHARE,
                                each - each / WANTED_SHARE,
                                (int) (each * reconnectShare)));
            }
            for (final CrowdProcess process : crowd) {
                process.await("open");
            }
            measure.value(
                    "memory per subscriber, KB",
                    (server.ownMemory() - memoryBefore) / 1024.0 / subscriberCount);
            measure.value(
                    "live heap per subscriber, KB",
                    (heap.liveHeap() - liveBefore) / 1024.0 / subscriberCount);
            client.subscribe(1, -1);
            final long base = Prime.publishOne(client);
            tell(crowd, "primed " + base);
            for (final CrowdProcess process : crowd) {
                process.await("primed");
            }
            publish(client, crowd, measure, base);
            measure.violations(client);
        } finally {
            crowd.forEach(CrowdProcess::close);
        }
        return measure.round();
    }

    private void publish(
            final LoadClient client,
            final List<CrowdProcess> crowd,
            final Measure measure,
            final long base)
            throws IOException {
        final long count = (long) (seconds * EVENTS_PER_SECOND);
        final Pacer pacer = new Pacer(client.publisher(true), EVENTS_PER_SECOND, count);
        pacer.start();
        measure.start();
        tell(crowd, "go %d %.1f".formatted(pacer.dueNs(0), 1e9 / EVENTS_PER_SECOND));
        client.await("the last answer", (int) seconds + 30, pacer::isAnswered);
        measure.stop();
        tell(crowd, "end " + (base + count));
        long received = 0;
        long reconnects = 0;
        for (final CrowdProcess process : crowd) {
            final CrowdProcess.Result result = process.result();
            measure.times().add(result.times());
            received += result.receivedCount();
            reconnects += result.reconnectCount();
            if (!result.violation().isEmpty() || result.strayCount() > 0) {
                measure.violation(
                        "%d events to the wrong subscribers; %s"
                                .formatted(result.strayCount(), result.violation()));
            }
        }
        final long expected =
                (count + 1) * (subscriberCount / PROCESSES / WANTED_SHARE) * PROCESSES;
        if (received != expected) {
            measure.violation("delivered %d of %d frames".formatted(received, expected));
        }
        for (final double percentile : new double[] {50, 99, 99.9}) {
            measure.value(
                    "p" + (percentile == 99.9 ? "99.9" : (int) percentile) + ", µs",
                    measure.times().getValueAtPercentile(percentile) / 1_000.0);
        }
        measure.value("reconnects/s", reconnects / measure.seconds());
        measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
        measure.value("sent late, max, µs", pacer.lateness().getMaxValue() / 1_000.0);
        measure.count("delivered in the whole round", received);
    }

    private static void tell(final List<CrowdProcess> crowd, final String line) throws IOException {
        for (final CrowdProcess process : crowd) {
            process.tell(line);
        }
    }
}
