package dev.weft.bench.scenario;

import dev.weft.bench.client.LoadClient;
import dev.weft.bench.client.Publisher;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.List;

/**
 * NDJSON ingest on one connection with nobody listening; afterwards one subscriber reads everything
 * back and checks it, which also measures the catch-up.
 */
public final class IngestScenario implements Scenario {
    private final int requestEvents;
    private final double seconds;

    public IngestScenario(final int requestEvents, final double seconds) {
        this.requestEvents = requestEvents;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "ingest",
                ("NDJSON batch ingest on one connection: events of %d bytes, validated and"
                                + " journaled, %d lines a request, two requests under way, no subscriber, %.0f"
                                + " s a round. Then one subscriber reads all of it from the journal"
                                + " (Last-Event-ID) and checks every id; its rate is the catch-up. The floor"
                                + " only counts line feeds, and makes its frames anew.")
                        .formatted(EventText.LENGTH, requestEvents, seconds),
                "",
                List.of(
                        Goal.atLeast("ingested events/s", "events", 1_000_000),
                        Goal.atLeast("catch-up events/s", "events", 5_000_000),
                        Goal.atLeast("catch-up GB/s", "GB", 1)),
                List.of(Picture.rounds("ingested events/s"), Picture.rounds("catch-up events/s")));
    }

    /** Floors but the one in Java neither resume nor are of interest here. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.dialect().hasBatches() && !contender.name().equals(Contenders.FLOOR_C);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        final long accepted = ingest(server, measure);
        catchUp(server, measure, server.publishedCount(), accepted);
        server.published(accepted);
        return measure.round();
    }

    private long ingest(final ServerProcess server, final Measure measure) throws IOException {
        try (LoadClient client = new LoadClient(server)) {
            final Publisher publisher = client.linePublisher(requestEvents);
            measure.start();
            final long end = System.nanoTime() + (long) (seconds * 1e9);
            while (System.nanoTime() - end < 0) {
                if (publisher.unansweredCount() < 2) {
                    publisher.send(1);
                }
                client.poll(100);
            }
            client.await("the last answers", 20, () -> publisher.unansweredCount() == 0);
            measure.stop();
            final long accepted = publisher.answers().acceptedCount();
            measure.value("ingested events/s", accepted / measure.seconds());
            measure.value(
                    "ingested MB/s", accepted / measure.seconds() * (EventText.LENGTH + 1) / 1e6);
            measure.value("server CPU per event, ns", measure.cpuSeconds() * 1e9 / accepted);
            measure.value("server CPU, cores", measure.cpuSeconds() / measure.seconds());
            measure.count("accepted in the whole round", accepted);
            if (accepted != publisher.requestedCount() * requestEvents) {
                measure.violation(
                        "accepted %d of %d events"
                                .formatted(accepted, publisher.requestedCount() * requestEvents));
            }
            measure.violations(client);
            return accepted;
        }
    }

    private static void catchUp(
            final ServerProcess server,
            final Measure measure,
            final long lastEventId,
            final long expected)
            throws IOException {
        try (LoadClient client = new LoadClient(server)) {
            final double cpuBefore = server.cpuSeconds();
            final long startNs = System.nanoTime();
            client.subscribe(1, lastEventId);
            client.await("the catch-up", 60, () -> client.receivedCount() >= expected);
            final double took = (System.nanoTime() - startNs) / 1e9;
            measure.value("catch-up events/s", expected / took);
            measure.value("catch-up GB/s", client.byteCount() / took / 1e9);
            measure.value(
                    "catch-up server CPU per event, ns",
                    (server.cpuSeconds() - cpuBefore) * 1e9 / expected);
            client.pass(0.1); // late frames
            if (client.receivedCount() != expected) {
                measure.violation(
                        "read back %d of %d events".formatted(client.receivedCount(), expected));
            }
            measure.violations(client);
        }
    }
}
