package dev.weft.server.journal.file;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.agrona.IoUtil;
import org.jspecify.annotations.Nullable;

/**
 * Read-only mappings of roll files, shared by all readers of a journal. A window is mapped when the
 * first reader needs it and stays as long as one holds it; a few that nobody holds are kept for the
 * next reader. Any thread; taken once per window, so a lock costs nothing.
 */
public final class MappedWindows {
    /** Windows that nobody holds and that stay mapped nevertheless. */
    private static final int IDLE_MAX = 4;

    private final long blockSize;
    private final long windowLength;
    private final List<Window> windows = new ArrayList<>();
    private boolean closed;

    /**
     * Maps nothing yet.
     *
     * @param blockSize distance of two windows, in bytes.
     * @param overlap how far a window reaches into the next one: the longest record fits there.
     */
    public MappedWindows(final long blockSize, final long overlap) {
        this.blockSize = blockSize;
        this.windowLength = blockSize + overlap;
    }

    long blockSize() {
        return blockSize;
    }

    /**
     * A window that covers at least the given length of a file.
     *
     * @param index the window begins at this many block sizes.
     * @param length bytes wanted from the window's start on.
     * @return null if the file is too short or gone, or the journal is closed.
     */
    synchronized @Nullable Window acquire(final RollFile file, final int index, final long length) {
        if (closed) {
            return null;
        }
        for (int i = windows.size() - 1; i >= 0; i--) {
            final Window window = windows.get(i);
            if (window.file == file && window.index == index && window.buffer.limit() >= length) {
                window.references++;
                windows.add(windows.remove(i)); // the last one used is the last in the list
                return window;
            }
        }
        final Window window = map(file, index);
        if (window == null || window.buffer.limit() < length) {
            if (window != null) {
                IoUtil.unmap(window.buffer);
            }
            return null;
        }
        windows.add(window);
        return window;
    }

    synchronized void release(final Window window) {
        window.references--;
        trim(closed ? 0 : IDLE_MAX);
    }

    /**
     * Unmaps what nobody holds of a file that is deleted, so that its space on disk is free; who
     * still holds a window of it gives it back by {@link #release}.
     */
    public synchronized void forget(final RollFile file) {
        file.markDeleted();
        trim(closed ? 0 : IDLE_MAX);
    }

    /** Unmaps what nobody holds; the rest goes when its reader is closed. */
    public synchronized void close() {
        closed = true;
        trim(0);
    }

    private void trim(final int idleMax) {
        int idle = 0;
        for (int i = windows.size() - 1; i >= 0; i--) {
            final Window window = windows.get(i);
            if (window.references == 0 && (window.file.isDeleted() || ++idle > idleMax)) {
                windows.remove(i);
                IoUtil.unmap(window.buffer);
            }
        }
    }

    private @Nullable Window map(final RollFile file, final int index) {
        final long start = index * blockSize;
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
            final long length = Math.min(windowLength, channel.size() - start);
            return length <= 0
                    ? null
                    : new Window(file, index, channel.map(MapMode.READ_ONLY, start, length));
        } catch (final IOException ex) {
            return null; // deleted or unreadable: the reader reports the gap
        }
    }

    /** One mapping. */
    static final class Window {
        private final RollFile file;
        private final int index;
        private final MappedByteBuffer buffer;
        private int references = 1; // guarded by the windows' lock

        private Window(final RollFile file, final int index, final MappedByteBuffer buffer) {
            this.file = file;
            this.index = index;
            this.buffer = buffer;
        }

        RollFile file() {
            return file;
        }

        int index() {
            return index;
        }

        MappedByteBuffer buffer() {
            return buffer;
        }
    }
}
