package dev.weft.bench.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Publishes by a schedule, on a thread of its own: event {@code i} is due {@code i} intervals after
 * the start, whatever happened to those before. The reading side stays with the client's thread.
 */
public final class Pacer {
    private static final long SPIN_NS = 80_000; // a sleep may end this much late

    private final Publisher publisher;
    private final long count;
    private final double intervalNs;
    private final Histogram lateness = new SynchronizedHistogram(3);
    private final long answersBefore;
    private final Thread thread = new Thread(this::run, "rig-pacer");
    private volatile boolean isStopped;
    private long startNs; // written before the thread starts

    public Pacer(final Publisher publisher, final int eventsPerSecond, final long count) {
        this.publisher = publisher;
        this.count = count;
        intervalNs = 1e9 / eventsPerSecond;
        answersBefore = publisher.answers().count();
        thread.setDaemon(true);
    }

    public void start() {
        startNs = System.nanoTime() + 50_000_000;
        thread.start();
    }

    /** When an event was due, by its number from 0. */
    public long dueNs(final long index) {
        return startNs + (long) (index * intervalNs);
    }

    /** How long after their due time the events were handed to the socket. */
    public Histogram lateness() {
        return lateness;
    }

    public boolean isAnswered() {
        return publisher.answers().count() == answersBefore + count;
    }

    /** Sends nothing more. */
    void stop() {
        isStopped = true;
        try {
            thread.join();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        for (long index = 0; index < count && !isStopped; index++) {
            final long due = dueNs(index);
            long now = System.nanoTime();
            while (now - due < 0) {
                if (due - now > SPIN_NS) {
                    LockSupport.parkNanos(due - now - SPIN_NS);
                } else {
                    Thread.onSpinWait();
                }
                now = System.nanoTime();
            }
            try {
                publisher.sendOneNow();
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
            lateness.recordValue(System.nanoTime() - due);
        }
    }
}
