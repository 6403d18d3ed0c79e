package dev.weft.server.control;

import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.sequencer.Precondition;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command comes to: events to append, all or none, and the reply when they are. Immutable.
 *
 * @param events in their order; may be empty.
 * @param precondition what must hold for them to be appended; null if they always may be.
 * @param reply made when they are appended. Thread: the one that gave the command.
 */
public record Decision(
        List<EventBuilder> events,
        @Nullable Precondition precondition,
        Function<Appended, Reply> reply) {
    public Decision {
        events = List.copyOf(events);
    }

    /** Events to be appended if the precondition holds. */
    public static Decision append(
            final List<EventBuilder> events,
            final Precondition precondition,
            final Function<Appended, Reply> reply) {
        return new Decision(events, precondition, reply);
    }

    /** Nothing to be appended: it is as it should be. */
    public static Decision reply(final Reply reply) {
        return new Decision(List.of(), null, appended -> reply);
    }

    /**
     * Where the events are.
     *
     * @param firstSequence 0 if nothing was appended.
     * @param timestampUs time of the first one, microseconds since the epoch.
     * @param duplicateCount events that were there before under the same id.
     */
    public record Appended(
            long firstSequence, long lastSequence, long timestampUs, int duplicateCount) {
        static final Appended NOTHING = new Appended(0, 0, 0, 0);
    }
}
