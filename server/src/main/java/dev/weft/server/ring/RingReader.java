package dev.weft.server.ring;

import dev.weft.protocol.frame.BlockFlyweight;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One reader's way along the {@link BlockRing}. Confined to its thread, an I/O loop. It reads in
 * place: the writer may overwrite what a view shows at any time, so whoever takes bytes out of it
 * takes them first, asks {@link #isValid} then, and throws them away if the answer is no. Until
 * then a field of the view can hold anything, a length beyond the block included; the view itself
 * stays inside the ring's memory.
 */
public final class RingReader {
    /** {@link #poll}: nothing new. */
    public static final int END = 0;

    /** {@link #poll}: the view wraps a block. */
    public static final int BLOCK = 1;

    /**
     * {@link #poll}: the writer came round; {@link #nextSequence} has to be read from the journal.
     */
    public static final int LAPPED = 2;

    private final BlockRing ring;
    private final UnsafeBuffer buffer;
    private long cursor;
    private long nextSequence;
    private long blockPosition;

    RingReader(final BlockRing ring) {
        this.ring = ring;
        buffer = (UnsafeBuffer) ring.buffer();
        toHead();
    }

    /** Leaves out what is in the ring: the next block is one that is committed after this call. */
    public void toHead() {
        long position;
        long last;
        do { // a second round only if the writer went all the way round within the first
            position = ring.newest();
            last =
                    position < 0
                            ? ring.firstSequence() - 1
                            : buffer.getLong(
                                    ring.offset(position) + RingDescriptor.LAST_SEQUENCE_OFFSET);
        } while (position >= 0 && !ring.isIntact(position));
        cursor = Math.max(0, position); // the newest block itself is passed over by poll
        nextSequence = last + 1;
    }

    /**
     * Goes to a sequence. The next {@link #poll} answers the block that holds it (which may begin
     * before it), or {@link #END} if it is the next to come.
     *
     * @return false if the ring does not have it, or no longer: then nothing has changed.
     */
    public boolean seek(final long sequence) {
        final long position = ring.find(sequence);
        if (position < 0) {
            return false;
        }
        cursor = position;
        nextSequence = sequence;
        return true;
    }

    /**
     * Moves to the next block.
     *
     * @return {@link #END}, {@link #BLOCK} or {@link #LAPPED}.
     */
    public int poll(final BlockFlyweight view) {
        final UnsafeBuffer source = buffer;
        long position = cursor;
        final long tail = ring.tailAcquire();
        while (position < tail) {
            final int offset = ring.offset(position);
            final int length = source.getInt(offset + RingDescriptor.LENGTH_OFFSET);
            final int kind = source.getInt(offset + RingDescriptor.KIND_OFFSET);
            final long last = source.getLong(offset + RingDescriptor.LAST_SEQUENCE_OFFSET);
            if (!ring.isIntact(position)) {
                return LAPPED;
            }
            final long next =
                    position
                            + BitUtil.align(
                                    length + RingDescriptor.HEADER_LENGTH,
                                    RingDescriptor.ALIGNMENT);
            if (kind == RingDescriptor.KIND_BLOCK && last >= nextSequence) {
                view.wrap(source, offset + RingDescriptor.HEADER_LENGTH, length);
                blockPosition = position;
                cursor = next;
                nextSequence = last + 1;
                return BLOCK;
            }
            position = next;
        }
        cursor = position;
        return END;
    }

    /** Whether everything taken from the last block's view before this call is good. */
    public boolean isValid() {
        return ring.isIntact(blockPosition);
    }

    /** Where the next block begins: bytes since the ring was made. */
    public long position() {
        return cursor;
    }

    /** Bytes that were written from a position on. */
    public long lengthFrom(final long position) {
        return ring.tailAcquire() - position;
    }

    /** Bytes that the ring holds. */
    public int ringCapacity() {
        return ring.capacity();
    }

    /** Sequence that the next block must hold. */
    public long nextSequence() {
        return nextSequence;
    }
}
