package dev.weft.bench.client;

import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;

/**
 * Publishes to nobody by a schedule and takes the time from the moment that each event was due to
 * its answer: how a publisher fares while something else goes on. What goes on has a thread of its
 * own, so that the answers are read when they come, and not when the rig has time.
 */
public final class PublishProbe implements AutoCloseable {
    private static final int EVENTS_PER_SECOND = 200;

    private final LoadClient client;
    private final Publisher publisher;
    private final Pacer pacer;
    private long answered;

    /**
     * Begins to publish.
     *
     * @param seconds for which there are events; long enough for all that is measured.
     */
    public PublishProbe(final ServerProcess server, final int seconds) throws IOException {
        client = new LoadClient(server);
        publisher = client.publisher(true);
        pacer = new Pacer(publisher, EVENTS_PER_SECOND, (long) EVENTS_PER_SECOND * seconds);
        pacer.start();
    }

    /** A loop that only reads and answers, without clients: what the machine adds by itself. */
    public static ServerProcess bareServer() throws IOException {
        final Path log = Files.createTempFile("bare", ".log");
        log.toFile().deleteOnExit();
        return Contenders.named(Contenders.FLOOR, log).starter().start(log, log);
    }

    /** Measures for so long. */
    public Histogram measure(final double seconds) throws IOException {
        final long endNs = System.nanoTime() + (long) (seconds * 1e9);
        final Histogram times = new Histogram(3);
        while (System.nanoTime() - endNs < 0) {
            poll(times);
        }
        return times;
    }

    /** Measures until something is done that happens meanwhile. */
    public Histogram measureWhile(final Aside<?> work) throws IOException {
        final Histogram times = new Histogram(3);
        while (!work.isDone()) {
            poll(times);
        }
        work.result();
        return times;
    }

    private void poll(final Histogram times) throws IOException {
        client.poll(5);
        final long nowNs = System.nanoTime();
        for (; answered < publisher.answers().count(); answered++) {
            times.recordValue(Math.max(0, nowNs - pacer.dueNs(answered)));
        }
    }

    /** Publishes that were refused. */
    public long refusedCount() {
        return publisher.answers().refusedCount();
    }

    @Override
    public void close() throws IOException {
        pacer.stop();
        client.close();
    }
}
