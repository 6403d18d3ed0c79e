package dev.weft.server.bridge;

import java.util.ArrayList;
import java.util.List;

/** Events that go out together, bounded by number and length. Reused; one thread. */
public final class OutgoingBatch {
    /** Bounds what one script adds to a stream, and so how long others wait for it. */
    static final int EVENTS_MAX = 512;

    static final int LENGTH_MAX = 1 << 20;

    /** One event. */
    static final class Event {
        private final long sequence;
        private final byte[] envelope;

        private Event(final long sequence, final byte[] envelope) {
            this.sequence = sequence;
            this.envelope = envelope;
        }

        long sequence() {
            return sequence;
        }

        /** JSON, as streams have it. */
        byte[] envelope() {
            return envelope;
        }
    }

    private final List<Event> events = new ArrayList<>();
    private int length;
    private long gapFrom;
    private long gapTo;

    /** Adds an event. */
    public void add(final long sequence, final byte[] envelope) {
        events.add(new Event(sequence, envelope));
        length += envelope.length;
    }

    /** Notes, once and behind its events, that sequences cannot be had any more. */
    public void gap(final long from, final long to) {
        gapFrom = from;
        gapTo = to;
    }

    /** Whether nothing more goes in. */
    public boolean isFull() {
        return events.size() >= EVENTS_MAX || length >= LENGTH_MAX || hasGap();
    }

    public boolean isEmpty() {
        return events.isEmpty();
    }

    List<Event> events() {
        return events;
    }

    boolean hasGap() {
        return gapTo > 0;
    }

    long gapFrom() {
        return gapFrom;
    }

    long gapTo() {
        return gapTo;
    }

    void clear() {
        events.clear();
        length = 0;
        gapFrom = 0;
        gapTo = 0;
    }
}
