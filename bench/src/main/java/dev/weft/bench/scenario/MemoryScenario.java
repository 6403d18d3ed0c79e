package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Prime;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.JvmMemory;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What an idle server and its idle subscribers weigh. One round, on a server that is fresh. */
public final class MemoryScenario implements Scenario {
    private static final List<Integer> COUNTS = List.of(1_000, 5_000, 10_000);
    private static final String EACH = "anonymous, each subscriber beyond the 1,000th, KB";
    private static final int SETTLE_SECONDS = 12; // the JVM gives native memory back every 5 s

    @Override
    public Question question() {
        return new Question(
                "memory",
                "A server that has just started, then with 1,000, 5,000 and 10,000 idle SSE"
                        + " subscribers. Resident and anonymous memory from /proc/<pid>/smaps_rollup"
                        + " (anonymous is all of the process but parts of files); live heap after a"
                        + " full collection. Per subscriber: the growth since the server had none, and"
                        + " the growth from the 1,000th to the 10,000th, as what the first ones cost"
                        + " once is no cost of each. Anonymous memory is heap and native memory"
                        + " together, garbage included; the kernel's own buffers of the sockets are not"
                        + " in it.",
                "",
                List.of(
                        Goal.atMost("idle server, resident, MB", "MB", 100),
                        Goal.atMost(name("anonymous", 10_000), "KB", 4),
                        Goal.atMost(EACH, "KB", 4)),
                List.of(Picture.rounds(name("anonymous", 10_000))));
    }

    /** The heap is looked at with tools of the JVM. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
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
                return measure.round(); // nothing to warm up: the first moments are the question
            }
            final JvmMemory memory = new JvmMemory(server.pid());
            client.pass(SETTLE_SECONDS);
            measure.value("idle server, resident, MB", server.resident("Rss") / 1e6);
            final long anonymousBefore = server.resident("Anonymous");
            measure.value("idle server, anonymous, MB", anonymousBefore / 1e6);
            final long liveBefore = memory.liveHeap();
            measure.value("idle server, live heap, MB", liveBefore / 1e6);
            int count = 0;
            long anonymousOfFirst = 0;
            for (final int wanted : COUNTS) {
                client.subscribe(wanted - count, -1);
                count = wanted;
                client.pass(SETTLE_SECONDS);
                final long anonymous = server.resident("Anonymous") - anonymousBefore;
                measure.value(name("anonymous", count), anonymous / 1024.0 / count);
                if (count == COUNTS.get(0)) {
                    anonymousOfFirst = anonymous;
                } else {
                    measure.value(
                            EACH,
                            (anonymous - anonymousOfFirst) / 1024.0 / (count - COUNTS.get(0)));
                }
                final long live = memory.liveHeap() - liveBefore;
                measure.value(name("live heap", count), live / 1024.0 / count);
            }
            measure.value("10,000 subscribers, resident, MB", server.resident("Rss") / 1e6);
            Prime.publishOne(client);
            measure.count("delivered at the end", client.receivedCount());
            measure.violations(client);
        }
        return measure.round();
    }

    private static String name(final String what, final int count) {
        return String.format(Locale.ROOT, "%s per subscriber, %,d of them, KB", what, count);
    }
}
