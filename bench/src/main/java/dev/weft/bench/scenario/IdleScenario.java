package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Prime;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;

/** What a server costs when nothing happens: CPU and memory, with idle subscribers and without. */
public final class IdleScenario implements Scenario {
    private static final int FIRST_COUNT = 100; // what the first ones cost once is no cost of each

    private final int subscriberCount;
    private final double seconds;

    public IdleScenario(final int subscriberCount, final double seconds) {
        this.subscriberCount = subscriberCount;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "idle",
                ("A server that has just started, then with %d idle SSE subscribers for %.0f s"
                                + " (keep-alives included). CPU from /proc/<pid>/stat, memory from"
                                + " /proc/<pid>/smaps_rollup, per subscriber anonymous and shared memory"
                                + " between the 100th subscriber and the last (the kernel's socket buffers are"
                                + " in neither).")
                        .formatted(subscriberCount, seconds),
                "",
                List.of(
                        Goal.atMost("CPU with idle subscribers, % of a core", "%", 1),
                        Goal.atMost("memory per subscriber, KB", "KB", 4),
                        Goal.atMost("Rss, no subscriber, MB", "MB", 100)),
                List.of(Picture.bars("memory per subscriber, KB")));
    }

    /** A floor keeps nothing that could be compared. */
    @Override
    public boolean suits(final Contender contender) {
        return !contender.isFloor();
    }

    @Override
    public int roundCount(final int wanted) {
        return 1;
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (LoadClient client = new LoadClient(server)) {
            if (number == 0) {
                client.pass(2);
                return measure.round();
            }
            memory(server, measure, "no subscriber");
            measure.start();
            client.pass(Math.min(10, seconds));
            measure.stop();
            measure.value(
                    "CPU without subscribers, % of a core",
                    measure.cpuSeconds() / measure.seconds() * 100);
            client.subscribe(FIRST_COUNT, -1);
            client.pass(1);
            final long before = server.ownMemory();
            client.subscribe(subscriberCount - FIRST_COUNT, -1);
            client.pass(3);
            memory(server, measure, subscriberCount + " subscribers");
            measure.value(
                    "memory per subscriber, KB",
                    (server.ownMemory() - before) / 1024.0 / (subscriberCount - FIRST_COUNT));
            measure.start();
            client.pass(seconds);
            measure.stop();
            measure.value(
                    "CPU with idle subscribers, % of a core",
                    measure.cpuSeconds() / measure.seconds() * 100);
            Prime.publishOne(client);
            measure.count("delivered at the end", client.receivedCount());
            measure.violations(client);
        }
        return measure.round();
    }

    private static void memory(final ServerProcess server, final Measure measure, final String when)
            throws IOException {
        for (final String field : List.of("Rss", "Pss_Anon", "Pss_File", "Pss_Shmem")) {
            measure.value("%s, %s, MB".formatted(field, when), server.resident(field) / 1e6);
        }
    }
}
