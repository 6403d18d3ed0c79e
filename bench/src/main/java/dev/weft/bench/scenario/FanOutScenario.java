package dev.weft.bench.scenario;

import dev.weft.bench.client.BatchWindow;
import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Prime;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.client.StalledException;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;

/**
 * Saturated fan-out, closed loop: {@code windowBatches} batches are under way at any time; when the
 * oldest has reached every subscriber, the next one is published. A batch is one NDJSON request, or
 * as many pipelined requests as it has events where a server takes only one at a time.
 */
public final class FanOutScenario implements Scenario {
    private final int subscriberCount;
    private final int batchEvents;
    private final int windowBatches;
    private final boolean single;
    private final double seconds;

    /**
     * @param single whether every server gets one event a request, also one that takes more.
     */
    public FanOutScenario(
            final int subscriberCount,
            final int batchEvents,
            final int windowBatches,
            final boolean single,
            final double seconds) {
        this.subscriberCount = subscriberCount;
        this.batchEvents = batchEvents;
        this.windowBatches = windowBatches;
        this.single = single;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                single ? "fan-out-single" : "fan-out",
                ("Saturated fan-out: %d SSE subscribers, events of %d bytes, journaled. Closed"
                                + " loop: %d batches of %d events are under way (%s); when the oldest has"
                                + " reached every subscriber, the next is published. %.0f s a round. Every"
                                + " subscriber's ids are checked.")
                        .formatted(
                                subscriberCount,
                                EventText.LENGTH,
                                windowBatches,
                                batchEvents,
                                single
                                        ? "as many pipelined requests each"
                                        : "one NDJSON request each; with a server that has none, as"
                                                + " many pipelined requests",
                                seconds),
                "Batch sent to batch at the last subscriber (closed loop: no latency claim)",
                List.of(
                        Goal.atLeast("deliveries/s", "frames", 3_000_000),
                        Goal.atLeastTimes("deliveries/s", 40, Contenders.NCHAN)),
                List.of(
                        Picture.rounds("deliveries/s"),
                        Picture.bars("deliveries/s"),
                        Picture.bars("server CPU per delivery, ns")));
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        try (LoadClient client = new LoadClient(server)) {
            client.subscribe(subscriberCount, -1);
            final long base = Prime.publishOne(client);
            final BatchWindow window =
                    new BatchWindow(
                            base, batchEvents, windowBatches, subscriberCount, measure.times());
            final Publisher publisher =
                    client.hasBatches() && !single
                            ? client.linePublisher(batchEvents)
                            : client.publisher(true);
            client.subscribers().forEach(subscriber -> subscriber.listener(window::onFrames));

            run(client, publisher, window, 1.0);
            final long before = client.receivedCount();
            final long bytesBefore = client.byteCount();
            measure.start();
            run(client, publisher, window, seconds);
            final long delivered = client.receivedCount() - before;
            final long bytes = client.byteCount() - bytesBefore;
            measure.stop();

            client.await("the last batches", 20, window::isEmpty);
            measure.value("deliveries/s", delivered / measure.seconds());
            measure.value("GB/s to subscribers", bytes / measure.seconds() / 1e9);
            measure.value("published events/s", delivered / measure.seconds() / subscriberCount);
            measure.value("server CPU per delivery, ns", measure.cpuSeconds() * 1e9 / delivered);
            measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
            measure.count("delivered in the whole round", client.receivedCount());
            final long expected = (window.publishedCount() + 1) * subscriberCount;
            if (client.receivedCount() != expected) {
                measure.violation(
                        "delivered %d of %d frames".formatted(client.receivedCount(), expected));
            }
            measure.violations(client);
        }
        return measure.round();
    }

    private void run(
            final LoadClient client,
            final Publisher publisher,
            final BatchWindow window,
            final double runSeconds)
            throws IOException {
        final long end = System.nanoTime() + (long) (runSeconds * 1e9);
        final int requestsPerBatch = batchEvents / publisher.eventCount();
        long progress = System.nanoTime();
        while (System.nanoTime() - end < 0) {
            final int free = window.takeFree(System.nanoTime());
            if (free > 0) {
                publisher.send(free * requestsPerBatch);
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > 10_000_000_000L) {
                throw new StalledException("no batch reached all subscribers for 10 s");
            }
            client.poll(100);
        }
    }
}
