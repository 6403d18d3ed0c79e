package dev.weft.server.cli.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends a stream that has gone silent. A living server sends a keep-alive every 15 seconds; without
 * one for three times that, the connection is dead although nobody said so. Reading: one thread;
 * watching: another.
 */
public final class StreamWatch extends FilterInputStream {
    private static final long SILENCE_NS_MAX = TimeUnit.SECONDS.toNanos(45);

    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        final Thread thread = new Thread(task, "weft-watch");
                        thread.setDaemon(true);
                        return thread;
                    });
    private volatile long readNs = System.nanoTime(); // written by the reader, read by the watch

    public StreamWatch(final InputStream stream) {
        super(stream);
        watch.scheduleWithFixedDelay(this::check, 5, 5, TimeUnit.SECONDS);
    }

    @Override
    public int read() throws IOException {
        final int next = super.read();
        readNs = System.nanoTime();
        return next;
    }

    @Override
    public int read(final byte[] buffer, final int offset, final int length) throws IOException {
        final int count = super.read(buffer, offset, length);
        readNs = System.nanoTime();
        return count;
    }

    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        super.close();
    }

    private void check() {
        if (System.nanoTime() - readNs > SILENCE_NS_MAX) {
            try {
                in.close(); // the reader gets an end or an exception
            } catch (final IOException ex) {
                // Closing was the point.
            }
        }
    }
}
