package dev.weft.client;

import static dev.weft.protocol.door.DoorDescriptor.RING_CAPACITY;
import static org.agrona.BitUtil.align;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.ALIGNMENT;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.HEADER_LENGTH;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.lengthOffset;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.typeOffset;
import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.HEAD_POSITION_OFFSET;
import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.TAIL_POSITION_OFFSET;

import dev.weft.protocol.door.DoorDescriptor;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * The writing side of the ring for one publisher, in the layout of {@link ManyToOneRingBuffer}. Its
 * own, because a place has to be known as this publisher's before it is claimed: who dies between
 * moving the tail and writing into the place leaves nothing there by which anybody could tell whose
 * it is, or how long. One thread.
 */
final class RingWriter {
    /** There is no room for it now. */
    static final int FULL = -1;

    private static final int MASK = RING_CAPACITY - 1;
    private static final int TAIL = RING_CAPACITY + TAIL_POSITION_OFFSET;
    private static final int HEAD = RING_CAPACITY + HEAD_POSITION_OFFSET;

    private final UnsafeBuffer ring;
    private final UnsafeBuffer slot;
    private final int type;
    private long headSeen; // the server's; it only grows
    private int recordLength; // of the claim that is not finished

    /**
     * Makes one for a slot.
     *
     * @param ring with its trailer.
     * @param type of the messages.
     */
    RingWriter(final UnsafeBuffer ring, final UnsafeBuffer slot, final int type) {
        this.ring = ring;
        this.slot = slot;
        this.type = type;
    }

    UnsafeBuffer buffer() {
        return ring;
    }

    /**
     * Takes room, to be given back by {@link #commit} or {@link #abort}.
     *
     * @return where the content begins, or {@link #FULL}.
     */
    int claim(final int length) {
        recordLength = length + HEADER_LENGTH;
        final int index = reserve(align(recordLength, ALIGNMENT));
        if (index < 0) {
            return index;
        }
        ring.putInt(typeOffset(index), type);
        ring.putIntRelease(lengthOffset(index), -recordLength); // who reads this has the type too
        return index + HEADER_LENGTH;
    }

    /** The server may read it. */
    void commit(final int index) {
        ring.putIntRelease(lengthOffset(index - HEADER_LENGTH), recordLength);
    }

    /** The server passes it over. */
    void abort(final int index) {
        ring.putInt(typeOffset(index - HEADER_LENGTH), ManyToOneRingBuffer.PADDING_MSG_TYPE_ID);
        commit(index);
    }

    /**
     * Moves the tail, and writes nothing there yet. What does not fit at the end of the ring leaves
     * that empty, by a claim of its own.
     *
     * @param length aligned.
     * @return where the record begins, or {@link #FULL}.
     */
    int reserve(final int length) {
        while (true) {
            final long tail = ring.getLongVolatile(TAIL);
            final int index = (int) tail & MASK;
            final int rest = RING_CAPACITY - index;
            final boolean fits = length <= rest;
            if (!hasRoom(tail, fits ? length : rest + length)) {
                slot.putLongRelease(DoorDescriptor.CLAIM_OFFSET, DoorDescriptor.NO_CLAIM);
                return FULL;
            }
            final int claimed = fits ? length : rest;
            // Before the tail, which is moved behind a full fence.
            slot.putLongRelease(DoorDescriptor.CLAIM_OFFSET, DoorDescriptor.claim(tail, claimed));
            if (ring.compareAndSetLong(TAIL, tail, tail + claimed)) {
                if (fits) {
                    return index;
                }
                ring.putInt(typeOffset(index), ManyToOneRingBuffer.PADDING_MSG_TYPE_ID);
                ring.putIntRelease(lengthOffset(index), rest);
            }
        }
    }

    private boolean hasRoom(final long tail, final int length) {
        if (tail + length - headSeen > RING_CAPACITY) {
            headSeen = ring.getLongVolatile(HEAD);
        }
        return tail + length - headSeen <= RING_CAPACITY;
    }
}
