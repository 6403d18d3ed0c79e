package dev.weft.bench.scenario;

import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The saturated fan-out over the number of subscribers. */
public final class SweepScenario implements Scenario {
    private static final int[] SUBSCRIBER_COUNTS = {10, 100, 1_000, 5_000};
    private static final List<String> KEPT = List.of("deliveries/s", "server CPU per delivery, ns");

    private final int batchEvents;
    private final int windowBatches;
    private final double seconds;

    public SweepScenario(final int batchEvents, final int windowBatches, final double seconds) {
        this.batchEvents = batchEvents;
        this.windowBatches = windowBatches;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "subscribers",
                "Over 10, 100, 1000 and 5000 subscribers, %.0f s each: %s"
                        .formatted(seconds, part(SUBSCRIBER_COUNTS[0]).question().claim()),
                "",
                List.of(),
                KEPT.stream().map(Picture::sweep).toList());
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Map<String, Double> values = new LinkedHashMap<>();
        final List<String> violations = new ArrayList<>();
        for (final int count : SUBSCRIBER_COUNTS) {
            final Round round = part(count).round(server, number);
            for (final String metric : KEPT) {
                values.put(metric + Picture.AT + count, round.values().get(metric));
            }
            round.violations().forEach(text -> violations.add(count + " subscribers: " + text));
        }
        return new Round(server.name(), number, values, new Histogram(3), violations);
    }

    private FanOutScenario part(final int subscriberCount) {
        return new FanOutScenario(subscriberCount, batchEvents, windowBatches, false, seconds);
    }
}
