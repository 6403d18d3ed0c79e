package dev.weft.server.ingest;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What one I/O loop took in and refused. One writer, the loop; read by any thread. */
public final class IngestCounters {
    /** Why a publish was refused as a whole. */
    public enum Refusal {
        /** 400: an event or the request breaks a rule. */
        BAD_INPUT,
        /** 413. */
        TOO_LONG,
        /** 415. */
        CONTENT_TYPE,
        /** 503: a queue or a buffer of this server is full. */
        BACK_PRESSURE,
        /** 507. */
        DISK_FULL,
        /** 503: the journal failed, or a durable event could not be forced. */
        JOURNAL
    }

    private final AtomicLong publishes = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong rejectedLines = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();
    private final Map<Refusal, AtomicLong> refusals = new EnumMap<>(Refusal.class);

    public IngestCounters() {
        for (final Refusal reason : Refusal.values()) {
            refusals.put(reason, new AtomicLong());
        }
    }

    /** Requests that were answered with success. */
    public long publishes() {
        return publishes.getOpaque();
    }

    /** Events handed to the sequencer. */
    public long events() {
        return events.getOpaque();
    }

    /** Bytes of bodies that were read. */
    public long bytes() {
        return bytes.getOpaque();
    }

    /** Lines of NDJSON that were refused one by one. */
    public long rejectedLines() {
        return rejectedLines.getOpaque();
    }

    /** How often an NDJSON sender was made to wait. */
    public long pauses() {
        return pauses.getOpaque();
    }

    public long refusals(final Refusal reason) {
        return counter(reason).getOpaque();
    }

    void onPublished() {
        add(publishes, 1);
    }

    void onEvents(final int count) {
        add(events, count);
    }

    void onBytes(final int length) {
        add(bytes, length);
    }

    void onRejectedLine() {
        add(rejectedLines, 1);
    }

    void onPaused() {
        add(pauses, 1);
    }

    void onRefused(final Refusal reason) {
        add(counter(reason), 1);
    }

    private AtomicLong counter(final Refusal reason) {
        return Objects.requireNonNull(refusals.get(reason));
    }

    private static void add(final AtomicLong counter, final long amount) {
        counter.setOpaque(counter.getPlain() + amount);
    }
}
