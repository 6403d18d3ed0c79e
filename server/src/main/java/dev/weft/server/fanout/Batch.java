package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ChunkedTransfer;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encoded frames in the making: one pooled direct buffer that grows by appended blocks until it is
 * taken. With chunked transfer the whole batch is one chunk, so its bytes can be shared as they
 * are. Reused; confined to its thread.
 */
public final class Batch {
    /**
     * {@link #append}: the block was overwritten while it was read. Nothing of it is in the batch.
     */
    public static final int TORN = -1;

    /** Says whether what was read from a block before the call was the block's. */
    @FunctionalInterface
    public interface Validity {
        boolean isValid();
    }

    /** For memory that nobody writes to. */
    public static final Validity ALWAYS = () -> true;

    private static final int INITIAL_LENGTH_MIN = 256;

    private final ByteBufAllocator allocator;
    private final FramePlan plan;
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private Filter filter = Filter.ALL;
    private Framing framing = Framing.SSE;
    private boolean chunked;
    private @Nullable ByteBuf buffer;
    private int length; // of the frames, without the chunk around them
    private int eventCount;
    private int scannedTo;
    private int end = Ending.NONE;
    private int initialLength = INITIAL_LENGTH_MIN;

    /**
     * Makes an empty batch.
     *
     * @param plan scratch that batches of one thread share.
     */
    public Batch(final ByteBufAllocator allocator, final FramePlan plan) {
        this.allocator = allocator;
        this.plan = plan;
    }

    /** Says what the next {@link #append} is for. The batch is empty. */
    public Batch begin(final Filter filter, final Framing framing, final boolean chunked) {
        discard();
        this.filter = filter;
        this.framing = framing;
        this.chunked = chunked;
        end = Ending.NONE;
        initialLength = INITIAL_LENGTH_MIN;
        return this;
    }

    /** Says how long the batch may become, so that it need not grow; only a hint. */
    public Batch expect(final int lengthHint) {
        initialLength = lengthHint + ChunkedTransfer.HEADER_LENGTH + ChunkedTransfer.TRAILER_LENGTH;
        return this;
    }

    /**
     * Appends those records of [{@code from}, {@code to}) that the filter lets pass.
     *
     * @param lengthMax bound for the bytes added; one event is added even if it is longer.
     * @return number of events added, or {@link #TORN}.
     * @throws IllegalStateException if a block that is valid makes no sense.
     */
    public int append(
            final BlockFlyweight block,
            final int from,
            final int to,
            final int lengthMax,
            final Validity validity) {
        if (hasEnded()) {
            return 0;
        }
        return append(block, plan.plan(block, from, to, filter, framing, lengthMax), validity);
    }

    /**
     * Appends the records that were found for a group, whatever the filter.
     *
     * @param first the group's first entry.
     * @return see the other {@code append}.
     */
    int append(
            final BlockFlyweight block,
            final Matches matches,
            final int first,
            final Validity validity) {
        if (hasEnded()) {
            return 0;
        }
        return append(block, plan.plan(block, matches, first, filter, framing), validity);
    }

    private int append(
            final BlockFlyweight block, final boolean makesSense, final Validity validity) {
        if (!validity.isValid()) {
            return TORN;
        }
        if (!makesSense) {
            throw new IllegalStateException(
                    "block contradicts itself: firstSequence="
                            + block.firstSequence()
                            + " count="
                            + block.count()
                            + " at="
                            + plan.plannedTo());
        }
        scannedTo = plan.plannedTo();
        if (plan.eventCount() == 0) {
            return 0;
        }
        reserve(plan.length());
        final int added = plan.copy(block, framing, target, headerLength() + length);
        if (!validity.isValid()) {
            return TORN; // the length was not moved: the next append writes over it
        }
        length += added;
        eventCount += plan.eventCount();
        end = plan.end();
        return plan.eventCount();
    }

    /** Appends a control frame. */
    public void append(final byte[] frame) {
        if (frame.length > 0) {
            reserve(frame.length);
            target.putBytes(headerLength() + length, frame);
            length += frame.length;
        }
    }

    /** First record that the last {@link #append} did not look at. */
    public int scannedTo() {
        return scannedTo;
    }

    /** Bytes of the frames in it. */
    public int length() {
        return length;
    }

    public int eventCount() {
        return eventCount;
    }

    /**
     * Number of its last event in the filter's {@link Ending}, or {@link Ending#NONE}: known until
     * the next {@link #begin}. Nothing is added after that event.
     */
    public int end() {
        return end;
    }

    /** Whether its last event is the last that the filter wants. */
    public boolean hasEnded() {
        return end != Ending.NONE;
    }

    /**
     * Hands the bytes over, and is empty again.
     *
     * @return the batch, to be released by the caller, or null if it is empty.
     */
    public @Nullable ByteBuf take() {
        final ByteBuf taken = buffer;
        if (taken == null || length == 0) {
            discard();
            return null;
        }
        if (chunked) {
            ChunkedTransfer.wrap(target, 0, length);
            taken.writerIndex(
                    ChunkedTransfer.HEADER_LENGTH + length + ChunkedTransfer.TRAILER_LENGTH);
        } else {
            taken.writerIndex(length);
        }
        buffer = null;
        length = 0;
        eventCount = 0;
        return taken;
    }

    /** Throws away what is in it. */
    public void discard() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        length = 0;
        eventCount = 0;
    }

    private void reserve(final int frameLength) {
        final int used = headerLength() + length;
        final int required = used + frameLength + (chunked ? ChunkedTransfer.TRAILER_LENGTH : 0);
        ByteBuf current = buffer;
        if (current == null) {
            current = allocator.directBuffer(Math.max(required, initialLength));
            buffer = current;
            wrap(current);
        } else if (current.capacity() < required) {
            current.writerIndex(used); // what lies before it is kept
            current.capacity(Math.max(required, 2 * current.capacity()));
            wrap(current);
        }
    }

    private int headerLength() {
        return chunked ? ChunkedTransfer.HEADER_LENGTH : 0;
    }

    private void wrap(final ByteBuf memory) {
        if (memory.hasMemoryAddress()) {
            target.wrap(memory.memoryAddress(), memory.capacity());
        } else {
            final java.nio.ByteBuffer nio = memory.nioBuffer(0, memory.capacity());
            target.wrap(nio, nio.position(), nio.remaining());
        }
    }
}
