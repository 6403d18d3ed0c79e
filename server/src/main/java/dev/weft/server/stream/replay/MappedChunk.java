package dev.weft.server.stream.replay;

import dev.weft.server.journal.JournalMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a stream that lie in the journal's mapped files, with what has to stand between them:
 * one write gathers them all. Holds the memory until Netty has written or thrown away the last
 * byte. Filled by the replay thread, then handed over like any other buffer.
 */
final class MappedChunk extends CompositeByteBuf {
    private final List<JournalMemory> memories = new ArrayList<>(2); // each held once by this

    MappedChunk(final ByteBufAllocator allocator) {
        super(allocator, true, Integer.MAX_VALUE); // else many parts would be copied into one
    }

    /** Adds bytes that are this one's from now on. */
    void add(final ByteBuf bytes) {
        addComponent(true, bytes);
    }

    /** Adds mapped bytes. They are in memory: who read their checksum has touched them. */
    void add(
            final JournalMemory memory,
            final ByteBuffer window,
            final int offset,
            final int length) {
        if (memories.isEmpty() || memories.get(memories.size() - 1) != memory) {
            memory.retain();
            memories.add(memory);
        }
        addComponent(true, Unpooled.wrappedBuffer(window.slice(offset, length)));
    }

    @Override
    protected void deallocate() {
        super.deallocate();
        for (final JournalMemory memory : memories) {
            memory.release();
        }
        memories.clear();
    }
}
