package dev.weft.bench.load;

import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * Publishes to nobody by a schedule and takes the time from the moment that each event was due to
 * its answer: how a publisher fares while something else goes on. One thread.
 */
final class PublishProbe implements AutoCloseable {
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
    PublishProbe(final ServerProcess server, final int seconds) throws IOException {
        client = new LoadClient(server);
        publisher = client.publisher(true);
        pacer = new Pacer(publisher, EVENTS_PER_SECOND, (long) EVENTS_PER_SECOND * seconds);
        pacer.start();
    }

    /**
     * Measures until something is so, at least for a time.
     *
     * @throws StalledException if that takes longer than it may.
     */
    Histogram measure(final double secondsMin, final int secondsMax, final BooleanSupplier isOver)
            throws IOException {
        final Histogram times = new Histogram(3);
        final long startNs = System.nanoTime();
        long lookedNs = startNs;
        boolean over = false;
        while (!over || System.nanoTime() - startNs < secondsMin * 1e9) {
            client.poll(5);
            final long nowNs = System.nanoTime();
            for (; answered < publisher.answers().count(); answered++) {
                times.recordValue(Math.max(0, nowNs - pacer.dueNs(answered)));
            }
            if (nowNs - lookedNs > 50_000_000) {
                lookedNs = nowNs;
                over = isOver.getAsBoolean();
            }
            if (nowNs - startNs > secondsMax * 1_000_000_000L) {
                throw new StalledException("waited " + secondsMax + " s for the clients");
            }
        }
        return times;
    }

    /** Publishes that were refused. */
    long refusedCount() {
        return publisher.answers().refusedCount();
    }

    @Override
    public void close() throws IOException {
        pacer.stop();
        client.close();
    }
}
