package dev.weft.server.journal.file;

import dev.weft.server.journal.JournalMemory;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reader's view of roll files through the shared read-only windows; holds one of them at a time.
 * Confined to the reader's thread.
 */
public final class MappedFileBytes implements FileBytes, AutoCloseable {
    /**
     * Beyond the last record there is at least this much that may be looked at: the next header.
     */
    private static final int LOOK_AHEAD = 8;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private final MappedWindows windows;
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private ByteBuffer buffer = EMPTY;
    private MappedWindows.@Nullable Window window;
    private @Nullable RollFile file;
    private long windowStart;
    private long windowEnd;

    public MappedFileBytes(final MappedWindows windows) {
        this.windows = windows;
    }

    @Nullable RollFile file() {
        return file;
    }

    public void file(final RollFile other) {
        if (other != file) {
            release();
            file = other;
        }
    }

    @Override
    public boolean load(final long position, final int length) {
        final RollFile current = file;
        if (current == null || position + length > current.dataEnd() + LOOK_AHEAD) {
            return false;
        }
        final long blockSize = windows.blockSize();
        final int index = (int) (position / blockSize);
        final MappedWindows.Window held = window;
        if (held != null && held.index() == index && position + length <= windowEnd) {
            return true;
        }
        final long start = index * blockSize;
        final MappedWindows.Window wanted =
                windows.acquire(current, index, position + length - start);
        if (wanted == null) {
            return false;
        }
        release();
        window = wanted;
        windowStart = start;
        windowEnd = start + wanted.buffer().limit();
        buffer = wanted.buffer().duplicate();
        memory.wrap(wanted.buffer());
        return true;
    }

    @Override
    public int available(final long position) {
        final RollFile current = file;
        final long end = current == null ? 0 : current.dataEnd() + LOOK_AHEAD;
        return (int) Math.max(0, Math.min(windowEnd, end) - position);
    }

    @Override
    public UnsafeBuffer memory() {
        return memory;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public int index(final long position) {
        return (int) (position - windowStart);
    }

    /** The window's memory, for who wants to read it longer; null if it cannot be handed on. */
    @Nullable JournalMemory handOn() {
        return windows.mayHandOn() ? window : null;
    }

    /** Unmaps what was handed on and is given back. */
    void sweep() {
        windows.sweep();
    }

    private void release() {
        final MappedWindows.Window held = window;
        if (held != null) {
            window = null;
            windowEnd = 0;
            buffer = EMPTY;
            memory.wrap(0, 0);
            windows.giveBack(held);
        }
    }

    @Override
    public void close() {
        release();
        file = null;
    }
}
