package dev.weft.server.bridge.fabric;

import java.util.ArrayList;
import java.util.List;

/** Events that go out together, bounded by number and length. Reused; one thread. */
public final class OutgoingBatch {
    /** Bounds what one script adds to a stream, and so how long others wait for it. */
    static final int EVENTS_MAX = 512;

    static final int LENGTH_MAX = 1 << 20;

    /** One event. */
    public static final class Event {
        private final long sequence;
        private final byte[] envelope;

        private Event(final long sequence, final byte[] envelope) {
            this.sequence = sequence;
            this.envelope = envelope;
        }

        public long sequence() {
            return sequence;
        }

        /** JSON, as streams have it. */
        public byte[] envelope() {
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

    public List<Event> events() {
        return events;
    }

    public boolean hasGap() {
        return gapTo > 0;
    }

    public long gapFrom() {
        return gapFrom;
    }

    public long gapTo() {
        return gapTo;
    }

    public void clear() {
        events.clear();
        length = 0;
        gapFrom = 0;
        gapTo = 0;
    }
}
