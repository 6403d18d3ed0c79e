package dev.weft.bench.scenario;

import dev.weft.bench.client.PlainLink;
import dev.weft.bench.client.PublishRequest;
import dev.weft.bench.client.StalledException;
import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.EventText;
import dev.weft.bench.server.ServerProcess;
import dev.weft.client.DoorPublisher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Publishing through shared memory, and beside it the same events as HTTP over loopback TCP and
 * over a Unix socket, one at a time and as NDJSON, in the same round against the same server.
 */
public final class DoorScenario implements Scenario {
    private static final int DIGITS = 3;
    private static final int BURST = 16_000; // less than the ring and a slot's outcomes hold
    private static final int BURSTS = 50;
    private static final int TIMED_BURSTS = 10;
    private static final int SINGLE_EVENTS = 1_000;
    private static final long SINGLE_INTERVAL_NS = 1_000_000;
    private static final int LINES = 10_000;
    private static final long BACK_OFF_NS = 50_000;
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(20);

    private final Path base;
    private final double seconds;
    private final byte[] event = EventText.event(EventText.LENGTH);

    public DoorScenario(final Path base, final double seconds) {
        this.base = base;
        this.seconds = seconds;
    }

    @Override
    public Question question() {
        return new Question(
                "door",
                ("Events of %d bytes through shared memory from one publisher in another process,"
                                + " validated and journaled, nobody listening. Accepted: offer() has returned,"
                                + " the event is in the ring. Acknowledged: its sequence can be read. Bursts:"
                                + " %d offers into an empty ring, as fast as possible, %d times; the times of"
                                + " single offers are from %d further bursts and hold two readings of the"
                                + " clock. Sustained: offers as fast as they are taken (50 µs of sleep when"
                                + " the ring is full), %.0f s, until all are acknowledged. Paced: %d events,"
                                + " one each ms, the server asleep before each one (so the offer rings the"
                                + " bell), the publisher spins for the outcome. Beside it in the same round,"
                                + " on the same server, by a plain blocking client, over loopback TCP and over"
                                + " a Unix socket: the same paced events as requests, and NDJSON with %d lines"
                                + " a request, two under way, %.0f s.")
                        .formatted(
                                EventText.LENGTH,
                                BURST,
                                BURSTS,
                                TIMED_BURSTS,
                                seconds,
                                SINGLE_EVENTS,
                                LINES,
                                seconds),
                "One offer in a burst, two readings of the clock included",
                List.of(
                        Goal.atMost("accepted p50, ns", "ns", 1_000),
                        Goal.atLeast("accepted in bursts, events/s", "events", 3_000_000),
                        Goal.atLeast("sustained to the journal, events/s", "events", 1_000_000)),
                List.of(
                        Picture.percentiles(),
                        Picture.rounds("sustained to the journal, events/s"),
                        Picture.rounds("NDJSON over TCP, events/s"),
                        Picture.rounds("NDJSON over a Unix socket, events/s")));
    }

    @Override
    public boolean suits(final Contender contender) {
        return !contender.isPeer() && !contender.isFloor();
    }

    /** The options with which a server takes part. */
    public static List<String> options(final Path base, final String server) {
        return List.of(
                "--door",
                door(base, server).toString(),
                "--unix-socket",
                unixSocket(base, server).toString());
    }

    private static Path unixSocket(final Path base, final String server) {
        return base.resolveSibling(base.getFileName() + "." + server + ".sock");
    }

    /** The door of one server. */
    private static Path door(final Path base, final String server) {
        return base.resolveSibling(base.getFileName() + "." + server);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        measure.start();
        measure.stop();
        try (DoorPublisher publisher = DoorPublisher.open(door(base, server.name()))) {
            burst(publisher, measure);
            sustain(publisher, server, measure);
            pace(publisher, measure);
        }
        final SocketAddress tcp =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        paceRequests("TCP", tcp, server.port(), measure);
        lines("TCP", tcp, server, measure);
        final SocketAddress unix = UnixDomainSocketAddress.of(unixSocket(base, server.name()));
        paceRequests("a Unix socket", unix, server.port(), measure);
        lines("a Unix socket", unix, server, measure);
        return measure.round();
    }

    private void burst(final DoorPublisher publisher, final Measure measure) {
        long totalNs = 0;
        for (int i = 0; i < BURSTS; i++) {
            final long startNs = System.nanoTime();
            for (int j = 0; j < BURST; j++) {
                offer(publisher);
            }
            totalNs += System.nanoTime() - startNs;
            settle(publisher, measure);
        }
        for (int i = 0; i < TIMED_BURSTS; i++) {
            for (int j = 0; j < BURST; j++) {
                final long startNs = System.nanoTime();
                offer(publisher);
                measure.times().recordValue(System.nanoTime() - startNs);
            }
            settle(publisher, measure);
        }
        measure.value("accepted in bursts, events/s", (double) BURST * BURSTS * 1e9 / totalNs);
        percentiles(measure, "accepted", measure.times(), 1, "ns");
    }

    private void sustain(
            final DoorPublisher publisher, final ServerProcess server, final Measure measure)
            throws IOException {
        final long before = publisher.offered();
        final double cpuBefore = server.cpuSeconds();
        final long startNs = System.nanoTime();
        final long endNs = startNs + (long) (seconds * 1e9);
        while (System.nanoTime() - endNs < 0) {
            for (int i = 0; i < 100; i++) {
                offer(publisher);
            }
        }
        settle(publisher, measure);
        final double took = (System.nanoTime() - startNs) / 1e9;
        final long count = publisher.offered() - before;
        measure.value("sustained to the journal, events/s", count / took);
        measure.value(
                "sustained: server CPU per event, ns",
                (server.cpuSeconds() - cpuBefore) * 1e9 / count);
    }

    private void pace(final DoorPublisher publisher, final Measure measure) {
        final Histogram accepted = new Histogram(DIGITS);
        final Histogram acknowledged = new Histogram(DIGITS);
        for (int i = 0; i < SINGLE_EVENTS; i++) {
            LockSupport.parkNanos(SINGLE_INTERVAL_NS);
            final long startNs = System.nanoTime();
            final long offer = offer(publisher);
            accepted.recordValue(System.nanoTime() - startNs);
            long outcome = publisher.outcome(offer);
            while (outcome == DoorPublisher.PENDING) {
                Thread.onSpinWait();
                outcome = publisher.outcome(offer);
            }
            acknowledged.recordValue(System.nanoTime() - startNs);
            if (outcome < 0) {
                measure.violation("not appended: " + outcome);
            }
        }
        percentiles(measure, "paced: accepted, the bell included", accepted, 1e-3, "µs");
        percentiles(measure, "paced: acknowledged", acknowledged, 1e-3, "µs");
    }

    private static void paceRequests(
            final String what, final SocketAddress address, final int port, final Measure measure)
            throws IOException {
        final Histogram answered = new Histogram(DIGITS);
        final byte[] request = PublishRequest.one(Dialect.WEFT, port, true).bytes();
        try (PlainLink link = new PlainLink(address, request)) {
            for (int i = 0; i < SINGLE_EVENTS; i++) {
                LockSupport.parkNanos(SINGLE_INTERVAL_NS);
                final long startNs = System.nanoTime();
                link.send();
                link.await(0);
                answered.recordValue(System.nanoTime() - startNs);
            }
            violations(link, measure);
        }
        percentiles(measure, "paced over " + what + ": answered", answered, 1e-3, "µs");
    }

    private void lines(
            final String what,
            final SocketAddress address,
            final ServerProcess server,
            final Measure measure)
            throws IOException {
        final byte[] request = PublishRequest.lines(Dialect.WEFT, server.port(), LINES).bytes();
        try (PlainLink link = new PlainLink(address, request)) {
            final double cpuBefore = server.cpuSeconds();
            final long startNs = System.nanoTime();
            final long endNs = startNs + (long) (seconds * 1e9);
            while (System.nanoTime() - endNs < 0) {
                link.send();
                link.await(1);
            }
            link.await(0);
            final double took = (System.nanoTime() - startNs) / 1e9;
            final long count = link.answers().acceptedCount();
            measure.value("NDJSON over " + what + ", events/s", count / took);
            measure.value(
                    "NDJSON over " + what + ": server CPU per event, ns",
                    (server.cpuSeconds() - cpuBefore) * 1e9 / count);
            violations(link, measure);
        }
    }

    private static void violations(final PlainLink link, final Measure measure) {
        if (link.answers().refusedCount() > 0) {
            measure.violation("refused: " + link.answers().trouble());
        }
    }

    private long offer(final DoorPublisher publisher) {
        long offer = publisher.offer(event, 0, event.length);
        while (offer == DoorPublisher.BACK_PRESSURED) {
            LockSupport.parkNanos(
                    BACK_OFF_NS); // the ring holds some 10 ms: who spins only takes a core
            offer = publisher.offer(event, 0, event.length);
        }
        if (offer < 0) {
            throw new StalledException("the door answers " + offer);
        }
        return offer;
    }

    /** Waits until nothing is under way; every event must have been appended. */
    private static void settle(final DoorPublisher publisher, final Measure measure) {
        final long last = publisher.offered();
        if (publisher.await(last, WAIT_NS) <= 0 || publisher.acknowledged() != last) {
            measure.violation("offer " + last + ": " + publisher.outcome(last));
        }
    }

    private static void percentiles(
            final Measure measure,
            final String what,
            final Histogram times,
            final double scale,
            final String unit) {
        measure.value(what + " p50, " + unit, times.getValueAtPercentile(50) * scale);
        measure.value(what + " p99, " + unit, times.getValueAtPercentile(99) * scale);
    }
}
