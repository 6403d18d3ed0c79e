package dev.weft.server.ring;

import static dev.weft.server.ring.RingDescriptor.ALIGNMENT;
import static dev.weft.server.ring.RingDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.server.ring.RingDescriptor.HEADER_LENGTH;
import static dev.weft.server.ring.RingDescriptor.KIND_BLOCK;
import static dev.weft.server.ring.RingDescriptor.KIND_OFFSET;
import static dev.weft.server.ring.RingDescriptor.KIND_PADDING;
import static dev.weft.server.ring.RingDescriptor.LAST_SEQUENCE_OFFSET;
import static dev.weft.server.ring.RingDescriptor.LENGTH_OFFSET;

import dev.weft.server.memory.LazyMemory;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The newest blocks, off-heap: one writer that never waits, many readers that may be lapped. After
 * Agrona's broadcast buffer: the writer says how far it is about to write ({@code intent}), writes,
 * then says how far it has written ({@code tail}). A reader looks at {@code intent} after it has
 * read; what it read is good if the intent is at most one capacity ahead of where it began.
 *
 * <p>Writer, one thread (the sequencer's): {@link #claim}, fill, {@link #commit}. A claim that is
 * not committed costs nothing but the old blocks that lay there. Readers: {@link #newReader}.
 *
 * <p>Its memory is resident as far as it was ever written.
 */
public final class BlockRing {
    /** Blocks that {@link RingReader#seek} can find; older ones are reached through the journal. */
    static final int INDEX_LENGTH = 8_192;

    private static final int INDEX_MASK = INDEX_LENGTH - 1;
    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int mask;
    private final long firstSequence;

    // Written by the writer, read by readers; positions count bytes since the start and never wrap.
    private final AtomicLong intent = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong blockCount = new AtomicLong();
    private final AtomicLong lastSequence;
    private final long[] indexSequences = new long[INDEX_LENGTH]; // first sequence of a block
    private final long[] indexPositions = new long[INDEX_LENGTH]; // and where its entry begins

    private long claimPosition; // writer only

    /**
     * Makes an empty ring.
     *
     * @param capacity bytes, a power of two.
     * @param nextSequence of the first block to come.
     */
    public BlockRing(final int capacity, final long nextSequence) {
        if (!BitUtil.isPowerOfTwo(capacity) || capacity < 4 * HEADER_LENGTH) {
            throw new IllegalArgumentException(
                    "capacity must be a power of two: capacity=" + capacity);
        }
        this.capacity = capacity;
        mask = capacity - 1;
        buffer = new UnsafeBuffer(LazyMemory.allocate(capacity));
        firstSequence = nextSequence;
        lastSequence = new AtomicLong(nextSequence - 1);
    }

    /** Longest block that fits: half the ring, so that a lapped reader is not the normal case. */
    public int blockLengthMax() {
        return capacity / 2 - HEADER_LENGTH;
    }

    /** The memory that {@link #claim} hands out parts of. Writes: the writer, inside its claim. */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /**
     * Makes room for one block at the end; what lay there is lost to readers from now on. A claim
     * that was not committed is replaced. Thread: the writer.
     *
     * @param lengthMax upper bound of the block's length.
     * @return where in {@link #buffer()} the block begins.
     */
    public int claim(final int lengthMax) {
        if (lengthMax > blockLengthMax()) {
            throw new IllegalArgumentException(
                    "block too long for the ring: length="
                            + lengthMax
                            + " max="
                            + blockLengthMax());
        }
        final long start = tail.getPlain();
        final int offset = (int) start & mask;
        final int required = BitUtil.align(lengthMax + HEADER_LENGTH, ALIGNMENT);
        final int untilEnd = capacity - offset;
        final int padding = untilEnd < required ? untilEnd : 0;
        final long end = start + padding + required;
        if (end > intent.getPlain()) {
            intent.setOpaque(end); // acquired by isIntact, through the fences
            VarHandle.releaseFence(); // the intent is visible before any byte of the new block
        }
        if (padding > 0) {
            buffer.putInt(offset + LENGTH_OFFSET, padding - HEADER_LENGTH);
            buffer.putInt(offset + KIND_OFFSET, KIND_PADDING);
        }
        claimPosition = start + padding;
        return ((int) claimPosition & mask) + HEADER_LENGTH;
    }

    /**
     * Shows the claimed block to the readers. Thread: the writer.
     *
     * @param length what the block came to, at most what was claimed.
     */
    public void commit(final int length, final long firstSequence, final long lastSequence) {
        final int offset = (int) claimPosition & mask;
        buffer.putInt(offset + LENGTH_OFFSET, length);
        buffer.putInt(offset + KIND_OFFSET, KIND_BLOCK);
        buffer.putLong(offset + FIRST_SEQUENCE_OFFSET, firstSequence);
        buffer.putLong(offset + LAST_SEQUENCE_OFFSET, lastSequence);
        final long count = blockCount.getPlain();
        final int slot = (int) count & INDEX_MASK;
        indexSequences[slot] = firstSequence;
        indexPositions[slot] = claimPosition;
        final long end = claimPosition + BitUtil.align(length + HEADER_LENGTH, ALIGNMENT);
        tail.setRelease(end); // acquired by RingReader.poll
        blockCount.setRelease(count + 1); // acquired by find and newest
        this.lastSequence.setRelease(lastSequence); // acquired by lastSequence()
    }

    /**
     * Newest sequence in the ring; the one before the first block while it is empty. Any thread.
     */
    public long lastSequence() {
        return lastSequence.getAcquire();
    }

    /** A reader of its own for the calling thread. It starts with the next block. */
    public RingReader newReader() {
        return new RingReader(this);
    }

    int capacity() {
        return capacity;
    }

    long tailAcquire() {
        return tail.getAcquire();
    }

    /** Whether all that was read from an entry before this call was the entry's. */
    boolean isIntact(final long position) {
        VarHandle.acquireFence(); // the reads come before the look at the intent
        return intent.getOpaque() - position <= capacity;
    }

    long firstSequence() {
        return firstSequence;
    }

    int offset(final long position) {
        return (int) position & mask;
    }

    /** Entry of the newest block, -1 while there is none. */
    long newest() {
        final long count = blockCount.getAcquire();
        return count == 0 ? -1 : indexPositions[(int) (count - 1) & INDEX_MASK];
    }

    /**
     * Entry of the block that holds a sequence; of the newest block for the sequence that follows
     * it.
     *
     * @return its position; -1 if it is gone or out of the index, or the sequence is further ahead.
     */
    long find(final long sequence) {
        final long count = blockCount.getAcquire();
        if (count == 0) {
            return sequence == firstSequence ? 0 : -1;
        }
        long low = Math.max(0, count - INDEX_LENGTH);
        long high = count - 1;
        if (sequence < indexSequences[(int) low & INDEX_MASK]) {
            return -1;
        }
        while (low < high) {
            final long middle = (low + high + 1) >>> 1;
            if (indexSequences[(int) middle & INDEX_MASK] <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        final long position = indexPositions[(int) low & INDEX_MASK];
        // The writer may have reused index slots meanwhile: what was found counts only if its entry
        // is still there and is the one looked for.
        final int offset = offset(position);
        final long first = buffer.getLong(offset + FIRST_SEQUENCE_OFFSET);
        final long last = buffer.getLong(offset + LAST_SEQUENCE_OFFSET);
        final boolean isHead = low == count - 1;
        final boolean covered =
                first <= sequence && (sequence <= last || (isHead && sequence == last + 1));
        return covered && position < tailAcquire() && isIntact(position) ? position : -1;
    }
}
