package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ChunkedTransfer;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.journal.JournalMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A chunk in the making. The frames of a block are the plain stream of its events, so who wants
 * that gets slices of the mapped journal; short ones are copied, because a part of a write costs
 * more than a short copy, and every other framing or filter is copied as for live subscribers.
 * Reused; replay thread.
 */
final class ReplayChunk {
    /** Bytes from which on a slice is cheaper than a copy. */
    static final int SLICE_LENGTH_MIN = 4 * 1024;

    private static final ByteBuf TRAILER =
            Unpooled.unreleasableBuffer(
                            Unpooled.directBuffer(ChunkedTransfer.TRAILER_LENGTH)
                                    .writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII)))
                    .asReadOnly();

    private final ByteBufAllocator allocator;
    private final Batch copies;
    private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
    private Filter filter = Filter.ALL;
    private Framing framing = Framing.SSE;
    private boolean chunked;
    private boolean mayBeMapped;
    private @Nullable MappedChunk mapped; // null as long as all is copied
    private @Nullable ByteBuf mappedHeader; // first part of it, filled in last
    private int mappedLength; // of the frames in it
    private int mappedEvents;
    private int scannedTo;

    ReplayChunk(final ByteBufAllocator allocator) {
        this.allocator = allocator;
        copies = new Batch(allocator, new FramePlan());
    }

    /** Empties it and says what the next one is for. */
    void begin(final ReplayRequest request, final int lengthMax) {
        discard();
        filter = request.filter;
        framing = request.framing;
        chunked = request.chunked;
        mayBeMapped = framing == Framing.SSE && filter.isAll();
        copies.begin(filter, framing, chunked && !mayBeMapped);
        copies.expect(Math.min(mayBeMapped ? request.copiedHint : request.lengthHint, lengthMax));
    }

    /**
     * Appends those records of [{@code from}, {@code to}) that the filter lets pass; see {@link
     * Batch#append}.
     *
     * @param memory that the block lies in, null if it cannot be held.
     */
    void append(
            final BlockFlyweight block,
            final int from,
            final int to,
            final int lengthMax,
            final @Nullable JournalMemory memory) {
        if (mayBeMapped && memory != null) {
            final int end = end(block, from, to, lengthMax);
            final int length = length(block, from, end);
            if (length >= SLICE_LENGTH_MIN) {
                slice(block, from, length, memory);
                mappedEvents += end - from;
                scannedTo = end;
                return;
            }
        }
        copies.append(block, from, to, lengthMax, Batch.ALWAYS);
        scannedTo = copies.scannedTo();
    }

    /** Appends a control frame. */
    void append(final byte[] frame) {
        copies.append(frame);
    }

    private void slice(
            final BlockFlyweight block,
            final int from,
            final int length,
            final JournalMemory memory) {
        final int offset = block.frameOffset(from);
        final ByteBuffer window = block.buffer().byteBuffer();
        if (window == null || offset < 0 || offset + length > block.length()) {
            throw new IllegalStateException(
                    "block contradicts itself: firstSequence="
                            + block.firstSequence()
                            + " record="
                            + from
                            + " offset="
                            + offset
                            + " length="
                            + length);
        }
        final MappedChunk target = mapped();
        target.add(memory, window, block.buffer().wrapAdjustment() + offset, length);
        mappedLength += length;
    }

    /** The chunk of parts, with all that was copied so far. */
    private MappedChunk mapped() {
        MappedChunk target = mapped;
        if (target == null) {
            target = new MappedChunk(allocator);
            mapped = target;
            if (chunked) {
                final ByteBuf bytes = allocator.directBuffer(ChunkedTransfer.HEADER_LENGTH);
                bytes.writerIndex(ChunkedTransfer.HEADER_LENGTH);
                mappedHeader = bytes;
                target.add(bytes);
            }
        }
        final int length = copies.length();
        final int events = copies.eventCount();
        final ByteBuf bytes = copies.take();
        if (bytes != null) {
            target.add(bytes);
            mappedLength += length;
            mappedEvents += events;
        }
        return target;
    }

    /** First record that the last {@code append} did not look at. */
    int scannedTo() {
        return scannedTo;
    }

    /** Bytes of the frames in it. */
    int length() {
        return mappedLength + copies.length();
    }

    int eventCount() {
        return mappedEvents + copies.eventCount();
    }

    /** See {@link Batch#end}. */
    int end() {
        return copies.end();
    }

    /** Bytes that were copied since the last slice. */
    int copiedLength() {
        return copies.length();
    }

    /** Hands the bytes over, and is empty again; null if there are none. */
    @Nullable ByteBuf take() {
        if (!mayBeMapped) {
            return copies.take();
        }
        if (length() == 0) {
            discard();
            return null;
        }
        final MappedChunk taken = mapped();
        final ByteBuf first = mappedHeader;
        if (first != null) {
            header.wrap(first.nioBuffer());
            ChunkedTransfer.putHeader(header, 0, mappedLength);
            taken.add(TRAILER.duplicate());
        }
        mapped = null;
        discard();
        return taken;
    }

    /** Throws away what is in it. */
    void discard() {
        copies.discard();
        final MappedChunk unsent = mapped;
        if (unsent != null) {
            mapped = null;
            unsent.release();
        }
        mappedHeader = null;
        mappedLength = 0;
        mappedEvents = 0;
    }

    /** Largest end in ({@code from}, {@code to}] whose frames fit; one event at least. */
    private static int end(
            final BlockFlyweight block, final int from, final int to, final int lengthMax) {
        if (length(block, from, to) <= lengthMax) {
            return to;
        }
        int low = from + 1;
        int high = to - 1;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (length(block, from, middle) <= lengthMax) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Bytes of the stored frames [{@code from}, {@code to}), which lie back to back. */
    private static int length(final BlockFlyweight block, final int from, final int to) {
        return block.frameOffset(to - 1) + block.frameLength(to - 1) - block.frameOffset(from);
    }
}
