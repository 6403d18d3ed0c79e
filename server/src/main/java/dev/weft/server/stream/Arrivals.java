package dev.weft.server.stream;

import java.util.ArrayDeque;

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
    private int openings; // since the last duty cycle

    Arrivals(final SubscriberSlots slots, final StreamCounters counters) {
        this.slots = slots;
        this.counters = counters;
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
        if (openings < OPENINGS_PER_CYCLE_MAX && waiting.isEmpty()) {
            openings++;
            opening.run();
            return Admission.OPENED;
        }
        counters.delayed.increment();
        waiting.add(opening);
        return Admission.WAITING;
    }

    /** Opens those whose turn it is. To be called once per duty cycle. */
    int open() {
        openings = 0;
        while (openings < OPENINGS_PER_CYCLE_MAX) {
            final Runnable opening = waiting.poll();
            if (opening == null) {
                break;
            }
            openings++;
            opening.run();
        }
        return openings;
    }
}
