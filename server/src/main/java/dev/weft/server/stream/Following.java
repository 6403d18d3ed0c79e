package dev.weft.server.stream;

import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Filter;
import dev.weft.server.stream.subscription.LastEventId;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one thing, such as a job, whose place was looked up: where it goes on, and whether
 * that is behind its end already. Immutable.
 *
 * @param filter what belongs to it; may have an {@link Ending}.
 * @param cursor first sequence that is wanted.
 * @param end number in the ending of the last event, if the client has got that; {@link
 *     Ending#NONE} if it has not, or there is none yet.
 * @param reset why it does not go on where it was asked to, or null.
 * @param head newest sequence when the place was looked up.
 */
public record Following(Filter filter, long cursor, int end, @Nullable String reset, long head) {
    /**
     * Where a client goes on.
     *
     * @param position what it repeats: the last sequence that it has got, or as {@link LastEventId}
     *     says.
     * @param first sequence of the thing's first event.
     * @param last sequence of its last event, 0 if that has not come.
     * @param end number of the last event in the ending.
     * @param oldest sequence that the journal has: what went before is told as a gap.
     */
    public static Following of(
            final Filter filter,
            final long position,
            final long first,
            final long last,
            final int end,
            final long oldest,
            final long head) {
        if (position == LastEventId.NONE) {
            return new Following(filter, first, Ending.NONE, null, head);
        }
        final String reset =
                position == LastEventId.INVALID
                        ? ControlFrames.INVALID
                        : position > head ? ControlFrames.FUTURE : null;
        final long got = reset == null ? position : head; // live from the head, as for any stream
        return new Following(
                filter,
                got + 1 < oldest ? got + 1 : Math.max(got + 1, first),
                last > 0 && got >= last ? end : Ending.NONE,
                reset,
                head);
    }

    /** How it begins on a loop. */
    Beginning begin(final Framing framing) {
        return new Beginning(
                new Subscription(Start.ALL, filter, framing), cursor, null, reset, head, end);
    }
}
