package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;

/**
 * Single-event publishes on one pipelined connection, closed loop, with one subscriber that checks
 * all of them.
 */
public final class PublishScenario implements Scenario {
    private final int windowRequests;
    private final boolean minimal;
    private final double seconds;

    /**
     * @param minimal whether the answer is wanted without the envelope.
     */
    public PublishScenario(final int windowRequests, final boolean minimal, final double seconds) {
        this.windowRequests = windowRequests;
        this.minimal = minimal;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                minimal ? "publish-minimal" : "publish",
                ("Single-event publishes (%d bytes, journaled) on one pipelined HTTP/1.1"
                                + " connection, one SSE subscriber that checks every id. Answer: %s. Closed"
                                + " loop: up to %d requests without an answer, new ones as answers come. %.0f"
                                + " s a round. To nchan they go to %d channels in turn, each with a"
                                + " subscriber: in one channel it loses what is above 32,768 a second, because"
                                + " it counts a second's messages with 16 bits.")
                        .formatted(
                                EventText.LENGTH,
                                minimal
                                        ? "204 with the sequence (Prefer: return=minimal)"
                                        : "200 with the whole envelope",
                                windowRequests,
                                seconds,
                                Dialect.CHANNELS.channelCount()),
                "",
                List.of(
                        Goal.atLeast("publishes/s", "requests", 100_000),
                        Goal.atLeastTimes("publishes/s", 1.5, Contenders.NCHAN)),
                List.of(Picture.rounds("publishes/s"), Picture.bars("publishes/s")));
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (LoadClient client = new LoadClient(server)) {
            client.subscribeToEachChannel();
            final Publisher publisher = client.publisherToEachChannel(minimal);
            final int primed = client.subscribers().size();
            publisher.send(primed);
            client.await("the first events", 20, () -> client.receivedCount() >= primed);
            run(client, publisher, 1.0);
            final long before = publisher.answers().count();
            measure.start();
            run(client, publisher, seconds);
            final long answered = publisher.answers().count() - before;
            measure.stop();

            client.await("the last answers", 10, () -> publisher.unansweredCount() == 0);
            final long expected = publisher.requestedCount();
            client.awaitFrames(expected, 10);
            measure.value("publishes/s", answered / measure.seconds());
            measure.value("server CPU per publish, ns", measure.cpuSeconds() * 1e9 / answered);
            measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
            measure.count("answered in the whole round", publisher.answers().count());
            measure.count("delivered in the whole round", client.receivedCount());
            if (client.receivedCount() != expected) {
                measure.violation(
                        "delivered %d of %d frames".formatted(client.receivedCount(), expected));
            }
            measure.violations(client);
        }
        return measure.round();
    }

    private void run(final LoadClient client, final Publisher publisher, final double runSeconds)
            throws IOException {
        final long end = System.nanoTime() + (long) (runSeconds * 1e9);
        while (System.nanoTime() - end < 0) {
            final int free = (int) (windowRequests - publisher.unansweredCount());
            if (free > 0) {
                publisher.send(free);
            }
            client.poll(100);
        }
    }
}
