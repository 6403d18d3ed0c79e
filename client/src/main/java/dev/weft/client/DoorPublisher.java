package dev.weft.client;

import dev.weft.protocol.Limits;
import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Publishes events to a server on the same host through a mapped file. An offer copies the event's
 * JSON into the ring and is numbered, from 1; the server takes it from there, checks it as it would
 * over HTTP, and appends it. What became of it can be asked by its number: nobody has to, but an
 * event without an outcome is not promised to be in the journal.
 *
 * <p>Nothing is allocated per event. One thread; an interrupt of it may close the publisher. For
 * more threads open more publishers, up to {@link DoorDescriptor#SLOT_COUNT} per door.
 */
public final class DoorPublisher implements AutoCloseable {
    /** An offer's answer: the server is behind; nothing was taken, try again. */
    public static final long BACK_PRESSURED = -1;

    /** An offer's answer: the server has gone, or made the door anew; see {@link #reopen}. */
    public static final long CLOSED = -2;

    /** An offer's answer: longer than an event may be. */
    public static final long TOO_LONG = -3;

    /** An outcome that is not known yet. */
    public static final long PENDING = 0;

    /**
     * An outcome that can no longer be had: offered before {@link #reopen}, or so long ago that it
     * is overwritten.
     */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private static final int LOOK_INTERVAL = 1024; // offers between two looks whether it is there
    private static final int SPINS = 2_000;
    private static final long PARK_NS = 20_000;

    private final Path path;
    private final UnsafeBuffer array = new UnsafeBuffer(0, 0); // the one that was offered last
    private DoorConnection connection;
    private RingWriter ring;
    private UnsafeBuffer header;
    private boolean closed;
    private long base; // offers before this connection
    private long offered; // on this connection
    private long acknowledgedSeen;
    private long rung;

    private DoorPublisher(final Path path, final DoorConnection connection) {
        this.path = path;
        this.connection = connection;
        ring = connection.ring;
        header = connection.header;
    }

    /**
     * Takes a slot of a door.
     *
     * @param path the file that the server was given with {@code --door}.
     * @throws IOException if no server has it, it may not be used, or all slots are taken.
     */
    public static DoorPublisher open(final Path path) throws IOException {
        return new DoorPublisher(path, DoorConnection.open(path));
    }

    /**
     * Puts one event into the ring.
     *
     * @param event holds its JSON, as it would be the body of a publish.
     * @return its number, greater than 0; or {@link #BACK_PRESSURED}, {@link #CLOSED}, {@link
     *     #TOO_LONG}, and then nothing was taken.
     * @throws IndexOutOfBoundsException if the buffer does not have so much; nothing was taken.
     */
    public long offer(final DirectBuffer event, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, event.capacity());
        final int index = claim(length);
        if (index < 0) {
            return index;
        }
        boolean isWhole = false;
        try {
            ring.buffer().putBytes(index, event, offset, length);
            isWhole = true;
        } finally {
            if (!isWhole) { // else the server would wait for it, and everybody with it
                ring.abort(index);
            }
        }
        return commit(index);
    }

    /** The same from an array. */
    public long offer(final byte[] event, final int offset, final int length) {
        array.wrap(event);
        return offer(array, offset, length);
    }

    /** Number of the newest offer that was taken; 0 for none. */
    public long offered() {
        return base + offered;
    }

    /** All offers up to this number have their outcome, but for those before {@link #reopen}. */
    public long acknowledged() {
        if (!closed) {
            acknowledgedSeen = connection.acknowledged();
        }
        return base + acknowledgedSeen;
    }

    /**
     * What became of an offer.
     *
     * @return its sequence in the journal, greater than 0 (the first one's, if its id was there
     *     before); {@link #PENDING}; {@link #UNKNOWN}; or below 0 the status it would have been
     *     refused with over HTTP: -400, -413, -503, -507.
     */
    public long outcome(final long offer) {
        final long number = offer - base;
        if (number <= 0 || closed || number <= offered - DoorDescriptor.OUTCOME_COUNT) {
            return UNKNOWN;
        }
        if (number > acknowledgedSeen && offer > acknowledged()) {
            return PENDING;
        }
        return connection.acknowledgements.getLong(DoorDescriptor.outcomeOffset(number));
    }

    /** Why an offer was refused, in words. Allocates. Empty if nothing is known any more. */
    public String reason(final long offer) {
        final long number = offer - base;
        if (closed || number <= 0) { // 0 marks a place whose reason was taken away
            return "";
        }
        final UnsafeBuffer slot = connection.acknowledgements;
        for (int i = 0; i < DoorDescriptor.REASON_COUNT; i++) {
            final int at = DoorDescriptor.reasonOffset(i);
            final int length = slot.getInt(at + DoorDescriptor.REASON_TEXT_LENGTH_OFFSET);
            if (slot.getLongVolatile(at) == number
                    && length > 0
                    && length <= DoorDescriptor.REASON_TEXT_LENGTH_MAX) {
                final byte[] text = new byte[length];
                slot.getBytes(at + DoorDescriptor.REASON_TEXT_OFFSET, text);
                if (slot.getLongVolatile(at) == number) { // not overwritten meanwhile
                    return new String(text, StandardCharsets.UTF_8);
                }
            }
        }
        return "";
    }

    /**
     * Waits for an outcome: spins a little, then sleeps in short pieces.
     *
     * @return as {@link #outcome}; {@link #PENDING} when the time is over, {@link #UNKNOWN} when
     *     the server went away before.
     */
    public long await(final long offer, final long timeoutNs) {
        final long startNs = System.nanoTime();
        int spins = 0;
        while (true) {
            final long outcome = outcome(offer);
            if (outcome != PENDING || System.nanoTime() - startNs > timeoutNs) {
                return outcome;
            }
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
            } else {
                if (!connection.isThere()) {
                    final long last = outcome(offer); // it may have come with the good-bye
                    return last == PENDING ? UNKNOWN : last;
                }
                LockSupport.parkNanos(PARK_NS);
            }
        }
    }

    /**
     * Takes a slot again after {@link #CLOSED}. Offers without an outcome by now may be in the
     * journal or not: who gave them an {@code id} can offer them again without harm. Their outcomes
     * and those before are {@link #UNKNOWN} from now on; numbers go on.
     *
     * @return how many they are: the newest ones that were offered.
     * @throws IOException if there is no server at the door; it can be tried again, and tells the
     *     same number.
     */
    public long reopen() throws IOException {
        final long inDoubt = offered() - acknowledged();
        if (!closed) {
            connection.close();
            closed = true;
        }
        connection = DoorConnection.open(path);
        ring = connection.ring;
        header = connection.header;
        base += offered;
        offered = 0;
        acknowledgedSeen = 0;
        rung = 0;
        closed = false;
        return inDoubt;
    }

    /** Gives the slot back. What was offered is still taken in by the server. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            connection.close();
        }
    }

    RingWriter ring() {
        return ring;
    }

    /** Room in the ring: its index, or below 0 why there is none. */
    int claim(final int length) {
        if (length > Limits.EVENT_LENGTH_MAX) {
            return (int) TOO_LONG;
        }
        if (closed
                || connection.isGone()
                || header.getLongVolatile(DoorDescriptor.STATE_OFFSET) != DoorDescriptor.OPEN) {
            return (int) CLOSED;
        }
        if (offered - acknowledgedSeen >= DoorDescriptor.OUTCOME_COUNT) {
            acknowledgedSeen = connection.acknowledged();
            if (offered - acknowledgedSeen >= DoorDescriptor.OUTCOME_COUNT) {
                return full();
            }
        }
        if (offered % LOOK_INTERVAL == LOOK_INTERVAL - 1 && !connection.isThere()) {
            return (int) CLOSED;
        }
        final int index = ring.claim(length);
        return index > 0 ? index : full();
    }

    private long commit(final int index) {
        ring.commit(index);
        VarHandle.fullFence(); // the event is to be seen before the look whether the server sleeps
        final long sleep = header.getLong(DoorDescriptor.SLEEP_OFFSET);
        if ((sleep & 1) != 0 && sleep != rung) {
            rung = sleep;
            connection.ring();
        }
        return base + ++offered;
    }

    private int full() {
        return (int) (connection.isThere() ? BACK_PRESSURED : CLOSED);
    }
}
