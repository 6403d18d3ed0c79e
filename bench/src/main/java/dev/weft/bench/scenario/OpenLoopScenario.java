package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Pacer;
import dev.weft.bench.client.Prime;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Publish to subscriber, open loop: the schedule alone decides when an event is due, and each
 * delivery's latency counts from that moment, so a stall is charged to every event it delayed.
 */
public final class OpenLoopScenario implements Scenario {
    private static final double LATE_SHARE_MAX = 0.001;
    private static final long LATE_NS = 10_000_000;

    private final String name;
    private final int subscriberCount;
    private final int eventsPerSecond;
    private final double seconds;
    private final List<Goal> goals;

    public OpenLoopScenario(
            final String name,
            final int subscriberCount,
            final int eventsPerSecond,
            final double seconds,
            final List<Goal> goals) {
        this.name = name;
        this.subscriberCount = subscriberCount;
        this.eventsPerSecond = eventsPerSecond;
        this.seconds = seconds;
        this.goals = goals;
    }

    @Override
    public Question question() {
        return new Question(
                name,
                ("Publish to subscriber: %d SSE subscriber(s), %d events/s of %d bytes, each a"
                                + " request of its own on one connection, evenly spaced, no bursts, journaled."
                                + " Open loop: latency from the moment the schedule set to the read of the"
                                + " frame. The publishing thread sleeps until shortly before an event is due,"
                                + " the reading thread sleeps in epoll: its wake-up counts. %.0f s a round.")
                        .formatted(subscriberCount, eventsPerSecond, EventText.LENGTH, seconds),
                "Due time to frame read by the subscriber",
                goals,
                List.of(Picture.percentiles(), Picture.bars("server CPU per delivery, ns")));
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (LoadClient client = new LoadClient(server)) {
            client.subscribe(subscriberCount, -1);
            final long base = Prime.publishOne(client);
            final long warmUpCount = eventsPerSecond;
            final long count = warmUpCount + (long) (seconds * eventsPerSecond);
            final Pacer pacer = new Pacer(client.publisher(true), eventsPerSecond, count);
            final Histogram times = measure.times();
            client.record(times, sequence -> pacer.dueNs(sequence - base - 1));
            pacer.start();
            client.await(
                    "the warm-up",
                    20,
                    () -> client.receivedCount() >= warmUpCount * subscriberCount);
            final long before = client.receivedCount();
            measure.start();
            final long expected = (count + 1) * subscriberCount;
            client.await(
                    "the last frame", (int) seconds + 20, () -> client.receivedCount() >= expected);
            measure.stop();
            client.await("the last answer", 10, pacer::isAnswered);
            final long delivered = client.receivedCount() - before;
            report(measure, delivered, pacer);
            measure.count("delivered in the whole round", client.receivedCount());
            if (client.receivedCount() != expected) {
                measure.violation(
                        "delivered %d of %d frames".formatted(client.receivedCount(), expected));
            }
            measure.violations(client);
        }
        return measure.round();
    }

    private void report(final Measure measure, final long delivered, final Pacer pacer) {
        final Histogram times = measure.times();
        for (final double percentile : new double[] {50, 99, 99.9, 99.99, 100}) {
            measure.value(
                    percentile == 100 ? "max, µs" : "p%s, µs".formatted(text(percentile)),
                    times.getValueAtPercentile(percentile) / 1_000.0);
        }
        measure.value("deliveries/s", delivered / measure.seconds());
        measure.value("server CPU per delivery, ns", measure.cpuSeconds() * 1e9 / delivered);
        measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
        measure.value("sent late, p99, µs", pacer.lateness().getValueAtPercentile(99) / 1_000.0);
        measure.value("sent late, max, µs", pacer.lateness().getMaxValue() / 1_000.0);
        final double lateShare = 1 - pacer.lateness().getPercentileAtOrBelowValue(LATE_NS) / 100;
        if (lateShare > LATE_SHARE_MAX) {
            measure.violation(
                    "rate missed: %.2f %% of the events were sent more than 10 ms late"
                            .formatted(lateShare * 100));
        }
    }

    private static String text(final double percentile) {
        return percentile == Math.rint(percentile)
                ? String.valueOf((long) percentile)
                : String.valueOf(percentile);
    }
}
