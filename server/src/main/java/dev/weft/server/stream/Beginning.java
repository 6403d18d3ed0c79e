package dev.weft.server.stream;

import dev.weft.protocol.frame.ControlFrames;
import dev.weft.server.fanout.Ending;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Where a wished stream begins, settled at the moment it was asked for: however long it waits to be
 * opened, nothing of what that moment means is moved by what is appended meanwhile.
 *
 * @param cursor first sequence wanted; while {@code open} is not resolved, the first one after the
 *     request.
 * @param open what the replay thread has to resolve, or null.
 * @param reset why the stream does not begin where it was asked to, or null.
 * @param head newest sequence at that moment.
 * @param end number of the last event in the filter's ending, if the client has got that already.
 */
record Beginning(
        Subscription wish,
        long cursor,
        @Nullable Start open,
        @Nullable String reset,
        long head,
        int end) {
    private Beginning(
            final Subscription wish,
            final long cursor,
            final @Nullable Start open,
            final @Nullable String reset,
            final long head) {
        this(wish, cursor, open, reset, head, Ending.NONE);
    }

    /**
     * Settles a wish now.
     *
     * @param head newest sequence appended.
     * @param nextSequence first one that the loop's fan-out has not handed out.
     * @param oldest sequence that the journal has.
     * @param nowUs in microseconds since the epoch.
     */
    static Beginning of(
            final Subscription wish,
            final long head,
            final long nextSequence,
            final long oldest,
            final long nowUs) {
        final Start start = wish.start();
        final long value = start.value();
        final long afterHead = Math.max(head + 1, nextSequence);
        return switch (start.kind()) {
            case HEAD -> at(wish, afterHead, head);
            case INVALID -> new Beginning(wish, afterHead, null, ControlFrames.INVALID, head);
            case ALL -> at(wish, Math.min(oldest, afterHead), head);
            case AFTER ->
                    value > head
                            ? new Beginning(wish, afterHead, null, ControlFrames.FUTURE, head)
                            : at(wish, value < head ? value + 1 : afterHead, head);
            case LAST ->
                    wish.filter().isAll()
                            ? at(
                                    wish,
                                    Math.min(afterHead, Math.max(oldest, head - value + 1)),
                                    head)
                            : new Beginning(wish, afterHead, start, null, head);
            case AGO ->
                    new Beginning(
                            wish,
                            afterHead,
                            new Start(Start.Kind.SINCE, Math.max(0, nowUs - value)),
                            null,
                            head);
            case SINCE ->
                    value > nowUs
                            ? new Beginning(wish, afterHead, null, ControlFrames.FUTURE, head)
                            : new Beginning(wish, afterHead, start, null, head);
        };
    }

    private static Beginning at(final Subscription wish, final long cursor, final long head) {
        return new Beginning(wish, cursor, null, null, head);
    }

    /** The control frame to begin with, or null. */
    byte @Nullable [] firstFrame() {
        return reset == null ? null : ControlFrames.reset(wish.framing(), reset, head);
    }
}
