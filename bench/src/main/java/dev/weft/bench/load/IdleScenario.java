package dev.weft.bench.load;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Round;
import java.io.IOException;
import java.util.List;

/** What a server costs when nothing happens: CPU and memory, with idle subscribers and without. */
final class IdleScenario implements Scenario {
    private final int subscriberCount;
    private final double seconds;

    IdleScenario(final int subscriberCount, final double seconds) {
        this.subscriberCount = subscriberCount;
        this.seconds = seconds;
    }

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public String claim() {
        return ("A server that has just started, then with %d idle SSE subscribers for %.0f s (keep-alives included)."
                        + " CPU from /proc/<pid>/stat, memory from /proc/<pid>/status.")
                .formatted(subscriberCount, seconds);
    }

    @Override
    public List<Goal> goals() {
        return List.of(Goal.atMost("CPU with idle subscribers, % of a core", "%", 1));
    }

    @Override
    public boolean hasFloor() {
        return false;
    }

    @Override
    public int roundCount(final int wanted) {
        return 1;
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (LoadClient client = new LoadClient(server.port())) {
            if (number == 0) {
                wait(client, 2);
                return measure.round();
            }
            memory(server, measure, "no subscriber");
            measure.start();
            wait(client, Math.min(10, seconds));
            measure.stop();
            measure.value(
                    "CPU without subscribers, % of a core",
                    measure.cpuSeconds() / measure.seconds() * 100);
            final long before = server.resident("RssAnon");
            client.subscribe(subscriberCount, -1);
            wait(client, 3);
            memory(server, measure, subscriberCount + " subscribers");
            measure.value(
                    "anonymous memory per subscriber, KB",
                    (server.resident("RssAnon") - before) / 1024.0 / subscriberCount);
            measure.start();
            wait(client, seconds);
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
        for (final String field : List.of("VmRSS", "RssAnon", "RssFile", "RssShmem")) {
            measure.value("%s, %s, MB".formatted(field, when), server.resident(field) / 1e6);
        }
    }

    private static void wait(final LoadClient client, final double waitSeconds) throws IOException {
        final long end = System.nanoTime() + (long) (waitSeconds * 1e9);
        client.await("the time to pass", (int) waitSeconds + 5, () -> System.nanoTime() - end > 0);
    }
}
