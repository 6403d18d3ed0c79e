package dev.weft.server.stream.facts;

import dev.weft.server.counters.Counter;
import java.util.EnumMap;

/** What happens to the subscribers of one I/O loop. One writer, the loop; read by any thread. */
public final class StreamCounters {
    /** Keep-alives sent. */
    public final Counter keepAlives = new Counter();

    /** Streams that asked for a position that made no sense. */
    public final Counter resets = new Counter();

    /** Streams that had to wait for their opening because many came at once. */
    public final Counter delayed = new Counter();

    /** Streams that were refused: no slot, or too many wait already. */
    public final Counter refused = new Counter();

    /** Requests that the replay queue had no room for; each is made again a moment later. */
    public final Counter replayRefused = new Counter();

    private final EnumMap<SubscriberState, Counter> subscribers =
            new EnumMap<>(SubscriberState.class);
    private final EnumMap<Transition, Counter> transitions = new EnumMap<>(Transition.class);

    public StreamCounters() {
        for (final SubscriberState state : SubscriberState.values()) {
            subscribers.put(state, new Counter());
        }
        for (final Transition reason : Transition.values()) {
            transitions.put(reason, new Counter());
        }
    }

    /**
     * Subscribers that are in a state now; for {@link SubscriberState#CLOSED}, all that ever were.
     */
    public Counter subscribers(final SubscriberState state) {
        final Counter counter = subscribers.get(state);
        if (counter == null) {
            throw new IllegalArgumentException("no counter for " + state);
        }
        return counter;
    }

    /** How often a subscriber changed its state for a reason. */
    public Counter transitions(final Transition reason) {
        final Counter counter = transitions.get(reason);
        if (counter == null) {
            throw new IllegalArgumentException("no counter for " + reason);
        }
        return counter;
    }

    public void onState(
            final SubscriberState before, final SubscriberState after, final Transition reason) {
        if (reason != Transition.SUBSCRIBED) {
            subscribers(before).add(-1);
        }
        subscribers(after).increment();
        transitions(reason).increment();
    }
}
