package dev.weft.server.fanout;

import io.netty.buffer.ByteBuf;

/** One receiver of a group's batches. Thread: the I/O loop of the {@link FanoutAgent} it joined. */
public interface Member {
    /** Why a group let a member go. */
    enum LeaveReason {
        /** It could not take more. */
        NOT_WRITABLE,
        /** The writer overwrote in the ring what the member had not got yet. */
        LAPPED,
        /** Giving it a batch threw: nobody knows how much of that it has got. */
        FAILED
    }

    /**
     * Takes one batch over, to be released by the member, and sends it.
     *
     * @param isLast whether no other batch follows at once; then all of them are flushed.
     * @return of the last one, false if it can take no more for now: the member is let go and goes
     *     on from elsewhere.
     */
    boolean deliver(ByteBuf batch, boolean isLast);

    /**
     * The group let it go.
     *
     * @param cursor first sequence that it did not get.
     */
    void onLeft(long cursor, LeaveReason reason);

    /**
     * The group let it go because it has got the last event that its filter wants. Told only to
     * those whose filter has an {@link Ending}.
     *
     * @param cursor first sequence after what it got.
     * @param number of that event in the ending.
     */
    default void onEnded(final long cursor, final int number) {}

    /** Where it sits; one object for the member's life. */
    Seat seat();
}
