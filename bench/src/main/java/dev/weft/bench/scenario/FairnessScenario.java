package dev.weft.bench.scenario;

import dev.weft.bench.client.Aside;
import dev.weft.bench.client.FrameStream;
import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Pacer;
import dev.weft.bench.client.PublishProbe;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Whether a crowd holds up those who are few: many subscribers of one subject beside subscribers
 * with a subject each. The few get their events at the same rate all the time, first alone, then
 * while the crowd gets some, too. Open loop, as in {@link OpenLoopScenario}.
 */
public final class FairnessScenario implements Scenario {
    private static final String CROWD = "job/crowd";
    private static final int CROWD_EVENTS_PER_SECOND = 5;
    private static final String RATIO = "p99 beside the crowd / alone";

    private final int singleCount;
    private final int crowdSize;
    private final int eventsPerSecond;
    private final double seconds;

    /**
     * @param singleCount subscribers with a subject each.
     * @param eventsPerSecond of all of them together.
     * @param seconds of each of the two parts.
     */
    public FairnessScenario(
            final int singleCount,
            final int crowdSize,
            final int eventsPerSecond,
            final double seconds) {
        this.singleCount = singleCount;
        this.crowdSize = crowdSize;
        this.eventsPerSecond = eventsPerSecond;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "fairness",
                ("Publish to subscriber: %d SSE subscribers with a subject each, %d events/s to one"
                                + " of them in turn, of about %d bytes, each a request of its own, journaled;"
                                + " beside them %d subscribers of one subject. First nothing is published for"
                                + " those, then %d events/s. Open loop: latency from the moment the schedule"
                                + " set to the read of the frame. The crowd's sockets are read after the"
                                + " measured part, because client and server share the machine. %.0f s each"
                                + " part. Publishes to a bare server without clients go on beside both, for"
                                + " what the machine adds.")
                        .formatted(
                                singleCount,
                                eventsPerSecond,
                                EventText.LENGTH,
                                crowdSize,
                                CROWD_EVENTS_PER_SECOND,
                                seconds),
                "Due time to frame read by one of the few, beside the crowd's events",
                List.of(Goal.atMost(RATIO, "×", 2)),
                List.of(Picture.percentiles()));
    }

    @Override
    public boolean suits(final Contender contender) {
        return contender.remembers();
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (ServerProcess bare = PublishProbe.bareServer();
                PublishProbe probe = new PublishProbe(bare, 300);
                LoadClient crowd = new LoadClient(server);
                LoadClient client = new LoadClient(server)) {
            crowd.subscribeToAPart(crowdSize, "/events/stream?subject=" + CROWD);
            final List<String> subjects = new ArrayList<>();
            for (int i = 0; i < singleCount; i++) {
                subjects.add(String.format(Locale.ROOT, "job/s%05d", i));
                client.subscribeToAPart(1, "/events/stream?subject=" + subjects.get(i));
            }
            final Publisher single = client.publisher(subjects);
            final Publisher many = client.publisher(List.of(CROWD));
            final Histogram times = measure.times();
            part(client, single, null, times, 0); // warm-up
            times.reset();
            probe.measure(0.1); // takes what was answered before
            final Aside<Pacer> first = Aside.begin(() -> part(client, single, null, times, 1));
            final Histogram bareAlone = probe.measureWhile(first);
            final Histogram alone = times.copy();
            final long crowdEvents = (long) (seconds * CROWD_EVENTS_PER_SECOND);
            final Pacer pacer = new Pacer(many, CROWD_EVENTS_PER_SECOND, crowdEvents);
            measure.start();
            final Aside<Pacer> second = Aside.begin(() -> part(client, single, pacer, times, 2));
            final Histogram bareBeside = probe.measureWhile(second);
            final Pacer own = second.result();
            measure.stop();
            crowd.await(
                    "the crowd's frames",
                    30,
                    () -> crowd.receivedCount() == crowdEvents * crowdSize);
            report(measure, alone, own);
            measure.value("p99 of a bare server, alone, µs", us(bareAlone, 99));
            measure.value("p99 of a bare server, beside the crowd, µs", us(bareBeside, 99));
            measure.count("delivered to the crowd", crowd.receivedCount());
            measure.violations(crowd);
            measure.violations(client);
        }
        return measure.round();
    }

    /** Publishes to the few for so long, and to the crowd if there is a pacer for that. */
    private Pacer part(
            final LoadClient client,
            final Publisher publisher,
            final @Nullable Pacer crowdPacer,
            final Histogram times,
            final int part)
            throws IOException {
        final long rounds = Math.max(1, (long) (seconds * eventsPerSecond) / singleCount);
        final long count = rounds * singleCount;
        final Pacer pacer = new Pacer(publisher, eventsPerSecond, count);
        for (int i = 0; i < singleCount; i++) {
            final int index = i;
            final FrameStream frames = client.subscribers().get(i).frames();
            client.subscribers()
                    .get(i)
                    .listener(
                            (first, end) -> {
                                final long now = System.nanoTime();
                                final long nth = frames.receivedCount() - 1 - part * rounds;
                                times.recordValue(
                                        Math.max(0, now - pacer.dueNs(nth * singleCount + index)));
                            });
        }
        pacer.start();
        if (crowdPacer != null) {
            crowdPacer.start();
        }
        // Not by asking all of them after every frame: that would be most of what the thread does.
        client.await("the last frame", (int) seconds + 20, () -> times.getTotalCount() >= count);
        client.await("the last answer", 10, pacer::isAnswered);
        return pacer;
    }

    private void report(final Measure measure, final Histogram alone, final Pacer pacer) {
        final Histogram beside = measure.times();
        for (final double percentile : new double[] {50, 99, 99.9}) {
            measure.value(name(percentile, "alone"), us(alone, percentile));
            measure.value(name(percentile, "beside the crowd"), us(beside, percentile));
        }
        measure.value(RATIO, us(beside, 99) / us(alone, 99));
        measure.value("max beside the crowd, µs", beside.getMaxValue() / 1_000.0);
        measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
        measure.value("sent late, p99, µs", pacer.lateness().getValueAtPercentile(99) / 1_000.0);
    }

    private static double us(final Histogram times, final double percentile) {
        return times.getValueAtPercentile(percentile) / 1_000.0;
    }

    private static String name(final double percentile, final String when) {
        return String.format(
                Locale.ROOT,
                percentile == 99.9 ? "p%.1f %s, µs" : "p%.0f %s, µs",
                percentile,
                when);
    }
}
