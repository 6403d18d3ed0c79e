package dev.weft.bench.history;

import dev.weft.bench.client.PlainLink;
import dev.weft.bench.client.PublishRequest;
import dev.weft.bench.server.Dialect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Events of the mix that go on arriving while something else is measured: NDJSON by a schedule, on
 * a thread of its own. Those of a few requests over and over, so that making them costs nothing.
 */
final class Arrivals implements AutoCloseable {
    private static final int REQUESTS_PER_SECOND = 100;
    private static final int UNANSWERED_MAX = 50;

    private final PlainLink link;
    private final int eventsPerRequest;
    private final Thread thread = new Thread(this::run, "rig-arrivals");
    private volatile boolean isStopped;
    private long sentCount; // of requests; the thread's until it has ended
    private long tookNs;

    /**
     * Starts them.
     *
     * @param first number of the first event.
     */
    Arrivals(final int port, final int eventsPerSecond, final long first) throws IOException {
        eventsPerRequest = eventsPerSecond / REQUESTS_PER_SECOND;
        link =
                new PlainLink(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        request(port, first, eventsPerRequest));
        thread.setDaemon(true);
        thread.start();
    }

    /** A publish of so many events of the mix. */
    static byte[] request(final int port, final long first, final int count) {
        final StringBuilder lines = new StringBuilder(count * 256);
        for (int i = 0; i < count; i++) {
            EventMix.at(first + i).json(lines);
            lines.append('\n');
        }
        return PublishRequest.of(
                        Dialect.WEFT,
                        port,
                        "application/x-ndjson",
                        "",
                        lines.toString().getBytes(StandardCharsets.UTF_8),
                        count)
                .bytes();
    }

    private void run() {
        final long startNs = System.nanoTime();
        try {
            while (!isStopped) {
                final long dueNs = startNs + sentCount * (1_000_000_000L / REQUESTS_PER_SECOND);
                while (System.nanoTime() - dueNs < 0) {
                    LockSupport.parkNanos(dueNs - System.nanoTime());
                }
                link.send();
                sentCount++;
                link.await(UNANSWERED_MAX);
            }
            link.await(0);
            tookNs = System.nanoTime() - startNs;
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Ends them; events that arrived a second. */
    double stop() {
        isStopped = true;
        try {
            thread.join();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        return link.answers().acceptedCount() * 1e9 / Math.max(1, tookNs);
    }

    /** Events that have arrived; after the end. */
    long count() {
        return link.answers().acceptedCount();
    }

    @Override
    public void close() throws IOException {
        stop();
        link.close();
    }
}
