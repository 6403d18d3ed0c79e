package dev.weft.server.stream;

import dev.weft.server.stream.facts.StreamCounters;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Streams that are asked for and not yet open, in their order: a few are opened before the sockets
 * of the loop have their turn again, so ten thousand clients that come back at once add little to
 * the latency of a publish. Each has a slot from the moment it is let in. Thread: the I/O loop.
 */
final class Arrivals {
    /** Streams that are opened before the sockets have their turn. */
    static final int OPENINGS_PER_CYCLE_MAX = 16;

    /** Streams that wait; one more is refused. */
    static final int WAITING_MAX = 8_192;

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final SubscriberSlots slots;
    private final StreamCounters counters;
    private LongSupplier turns; // how often the sockets had theirs
    private long turn;
    private int openings; // in this turn

    Arrivals(final SubscriberSlots slots, final StreamCounters counters, final LongSupplier turns) {
        this.slots = slots;
        this.counters = counters;
        this.turns = turns;
    }

    /** Sets what counts how often the sockets had their turn. */
    void turnsBy(final LongSupplier count) {
        turns = count;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * Takes a slot for one more and opens it, at once or when it is its turn.
     *
     * @param opening is run once unless this refuses; the slot goes with it.
     */
    Admission admit(final Runnable opening) {
        if (waiting.size() >= WAITING_MAX || !slots.acquire()) {
            counters.refused.increment();
            return Admission.REFUSED;
        }
        if (waiting.isEmpty() && hasRoom()) {
            openings++;
            opening.run();
            return Admission.OPENED;
        }
        counters.delayed.increment();
        waiting.add(opening);
        return Admission.WAITING;
    }

    /** Whether one more would be admitted now. */
    boolean isOpen() {
        return waiting.size() < WAITING_MAX && slots.hasRoom();
    }

    /** Opens those whose turn it is. */
    int open() {
        int opened = 0;
        while (!waiting.isEmpty() && hasRoom()) {
            openings++;
            opened++;
            waiting.remove().run();
        }
        return opened;
    }

    private boolean hasRoom() {
        final long now = turns.getAsLong();
        if (now != turn) {
            turn = now;
            openings = 0;
        }
        return openings < OPENINGS_PER_CYCLE_MAX;
    }
}
