package dev.weft.server.door;

import static dev.weft.protocol.door.DoorDescriptor.RING_CAPACITY;
import static dev.weft.protocol.door.DoorDescriptor.SLEEP_OFFSET;
import static dev.weft.protocol.door.DoorDescriptor.SLOT_COUNT;

import dev.weft.protocol.Limits;
import java.lang.invoke.VarHandle;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The reading side of the ring, in the layout of Agrona's {@code ManyToOneRingBuffer}. Its own
 * reader because the other side is not trusted: the position is kept here and only told to the
 * file, and a length or a tail that cannot be is {@link #BROKEN} before it is used. One thread.
 */
final class DoorRing {
    /** Nothing that is ready to be read. */
    static final int NONE = -1;

    /** The next place is claimed, and its claimer has not finished. */
    static final int CLAIMED = -2;

    /** The ring's fields make no sense. */
    static final int BROKEN = -3;

    /** Room that was left empty; reading is behind it now. */
    static final int PASSED = -4;

    private static final int MASK = RING_CAPACITY - 1;
    private static final int TAIL = RING_CAPACITY + RingBufferDescriptor.TAIL_POSITION_OFFSET;
    private static final int HEAD = RING_CAPACITY + RingBufferDescriptor.HEAD_POSITION_OFFSET;
    private static final int LENGTH_MAX = Limits.EVENT_LENGTH_MAX + RecordDescriptor.HEADER_LENGTH;
    private static final int PADDING = -1;

    private final UnsafeBuffer ring;
    private final UnsafeBuffer header;
    private long head; // everything before it is read
    private long released; // everything before it is the publishers' again
    private long tail; // as last seen
    private long sleep; // odd while asleep
    private int slot;

    DoorRing(final DoorFile file) {
        ring = file.ring();
        header = file.header();
    }

    /**
     * Looks for the next message. One step: whoever calls it counts them.
     *
     * @return length of its content, at least 0; or {@link #NONE}, {@link #CLAIMED}, {@link
     *     #BROKEN}, {@link #PASSED}.
     */
    int next() {
        if (head == tail && !lookAtTail()) {
            return BROKEN;
        }
        if (head == tail) {
            return NONE;
        }
        final int index = (int) head & MASK;
        final int length = ring.getIntVolatile(index);
        if (length <= 0) {
            return length == 0 || isPossible(index, -length, PADDING) ? CLAIMED : BROKEN;
        }
        final int type = ring.getInt(RecordDescriptor.typeOffset(index));
        if (!isPossible(index, length, type)) {
            return BROKEN;
        }
        if (type == PADDING) {
            advance(length);
            return PASSED;
        }
        slot = type - 1;
        return length - RecordDescriptor.HEADER_LENGTH;
    }

    /** Slot of the message that {@link #next} found. */
    int slot() {
        return slot;
    }

    /** Copies its content out and goes behind it. */
    void take(final byte[] target, final int length) {
        final int index = (int) head & MASK;
        ring.getBytes(RecordDescriptor.encodedMsgOffset(index), target, 0, length);
        advance(length + RecordDescriptor.HEADER_LENGTH);
    }

    /** Slot whose publisher claimed the next place, {@link #NONE} if that cannot be known. */
    int claimer() {
        final int index = (int) head & MASK;
        final int type = ring.getInt(RecordDescriptor.typeOffset(index));
        return ring.getIntVolatile(index) < 0 && type > 0 && type <= SLOT_COUNT ? type - 1 : NONE;
    }

    /** Whether the claimer of the next place has written its length, if only as a claim. */
    boolean isTouched() {
        return ring.getIntVolatile((int) head & MASK) != 0;
    }

    /** Length of the claim that {@link #next} found, 0 if its claimer has not written it yet. */
    int claimLength() {
        return Math.max(0, -ring.getIntVolatile((int) head & MASK));
    }

    /**
     * Goes behind a place that its claimer will never finish.
     *
     * @return false if it cannot be so long.
     */
    boolean skip(final int length) {
        if (!isPossible((int) head & MASK, length, PADDING)) {
            return false;
        }
        advance(length);
        return true;
    }

    /** Gives the publishers back what was read. To be called when a round of reading ends. */
    void release() {
        if (head == released) {
            return;
        }
        final int from = (int) released & MASK;
        final int to = (int) head & MASK;
        if (from < to) {
            clear(from, to);
        } else {
            clear(from, RING_CAPACITY);
            clear(0, to);
        }
        released = head;
        ring.putLongRelease(HEAD, head);
    }

    /** Where reading is. */
    long position() {
        return head;
    }

    /** Up to where publishers have claimed. */
    long claimed() {
        return ring.getLongVolatile(TAIL);
    }

    boolean isAsleep() {
        return (sleep & 1) != 0;
    }

    /** From now on who publishes rings the bell. Look for a message once more after it. */
    void fallAsleep() {
        if (!isAsleep()) {
            header.putLong(SLEEP_OFFSET, ++sleep);
            VarHandle.fullFence(); // against the one behind a publisher's commit
        }
    }

    void wakeUp() {
        if (isAsleep()) {
            header.putLongRelease(SLEEP_OFFSET, ++sleep);
        }
    }

    /**
     * Not by the method for it: the JVM survives that a store of compiled code meets the end of a
     * file that was cut, but not that its own loop does (seen with JDK 17).
     */
    private void clear(final int from, final int to) {
        final UnsafeBuffer target = ring;
        for (int at = from; at < to; at += Long.BYTES) {
            target.putLong(at, 0);
        }
    }

    private boolean lookAtTail() {
        tail = ring.getLongVolatile(TAIL);
        final long ahead = tail - head;
        return ahead >= 0
                && tail - released <= RING_CAPACITY
                && BitUtil.isAligned(tail, RecordDescriptor.ALIGNMENT);
    }

    private boolean isPossible(final int index, final int length, final int type) {
        // Before it is aligned, which turns the greatest lengths into the least.
        if (length < RecordDescriptor.HEADER_LENGTH || length > RING_CAPACITY - index) {
            return false;
        }
        final int aligned = BitUtil.align(length, RecordDescriptor.ALIGNMENT);
        if (head + aligned > tail && (!lookAtTail() || head + aligned > tail)) {
            return false;
        }
        return type == PADDING || (type > 0 && type <= SLOT_COUNT && length <= LENGTH_MAX);
    }

    private void advance(final int length) {
        head += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
    }
}
