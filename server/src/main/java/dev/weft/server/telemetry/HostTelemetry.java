package dev.weft.server.telemetry;

import dev.weft.server.ingest.EventBuilder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the state of the host every interval. Everything, also the loading of the library that
 * reads it, happens on its own thread of low priority, so the start of the server does not wait for
 * it. What the inbox does not take is dropped: the next sample is a second away.
 */
public final class HostTelemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostTelemetry.class);
    private static final String CATEGORY = "telemetry";
    private static final String SOURCE_EVENT = "host.sample";
    private static final long JOIN_MS = 2_000;

    private final Supplier<Sampler> opener;
    private final Consumer<EventBuilder> publisher;
    private final long intervalNs;
    private final Thread thread = new Thread(this::run, "weft-telemetry");
    private volatile boolean running = true; // cleared by close

    /**
     * Telemetry of this host, once a second.
     *
     * @param publisher hands an event to the sequencer if there is room. Called on the thread
     *     {@code weft-telemetry} only.
     */
    public HostTelemetry(final Consumer<EventBuilder> publisher) {
        this(HostSampler::new, publisher, TimeUnit.SECONDS.toNanos(1));
    }

    @SuppressWarnings(
            "ThreadPriorityCheck") // a wish, where the system grants it; nothing relies on it
    HostTelemetry(
            final Supplier<Sampler> opener,
            final Consumer<EventBuilder> publisher,
            final long intervalNs) {
        this.opener = opener;
        this.publisher = publisher;
        this.intervalNs = intervalNs;
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    /** Starts the thread and returns at once. To be called once, when the server is ready. */
    public void start() {
        thread.start();
    }

    /** Ends it; afterwards nothing is published any more. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            final Sampler sampler = opener.get();
            final String subject = "host/" + sampler.hostName();
            long nextNs = System.nanoTime();
            while (running) {
                final long now = System.nanoTime();
                if (now - nextNs < 0) {
                    LockSupport.parkNanos(nextNs - now);
                } else {
                    sampler.sample(sample -> publish(sample, subject));
                    nextNs =
                            Math.max(
                                    nextNs + intervalNs,
                                    System.nanoTime()); // late ones are left out
                }
            }
        } catch (final RuntimeException | LinkageError ex) {
            LOG.error("host telemetry has ended: {}", ex.toString());
        }
    }

    private void publish(final Sample sample, final String subject) {
        if (running) {
            publisher.accept(
                    new EventBuilder(sample.type())
                            .category(CATEGORY)
                            .subject(subject)
                            .sourceEvent(SOURCE_EVENT)
                            .data(sample.data()));
        }
    }
}
