package dev.weft.server.journal.file;

import dev.weft.server.journal.JournalMemory;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.IoUtil;
import org.jspecify.annotations.Nullable;

/**
 * Read-only mappings of roll files, shared by all readers of a journal. A window is mapped when the
 * first reader needs it and stays as long as one holds it, or somebody to whom its bytes were
 * handed on; a few that nobody holds are kept for the next reader. Any thread; taken once per
 * window, so a lock costs nothing. Only readers map and unmap: giving back what was handed on, on
 * an I/O thread, only counts.
 */
public final class MappedWindows {
    /** Windows that nobody holds and that stay mapped nevertheless. */
    private static final int IDLE_MAX = 4;

    /**
     * Windows from which on nothing is handed on any more: the system allows a process some 65,000
     * mappings.
     */
    private static final int HANDED_ON_MAX = 1_024;

    private final long blockSize;
    private final long windowLength;
    private final int idleMax;
    private final List<Window> windows = new ArrayList<>();
    private volatile boolean closed; // written under the lock
    private volatile int windowCount; // written under the lock

    /**
     * Maps nothing yet.
     *
     * @param blockSize distance of two windows, in bytes.
     * @param overlap how far a window reaches into the next one: the longest record fits there.
     */
    public MappedWindows(final long blockSize, final long overlap) {
        this(blockSize, overlap, IDLE_MAX);
    }

    /** The same with another number of windows that stay mapped although nobody holds them. */
    public MappedWindows(final long blockSize, final long overlap, final int idleMax) {
        this.blockSize = blockSize;
        this.windowLength = blockSize + overlap;
        this.idleMax = idleMax;
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
                window.retain();
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
        windowCount = windows.size();
        return window;
    }

    /** A reader gives a window back. */
    synchronized void giveBack(final Window window) {
        window.references.decrementAndGet();
        trim(closed ? 0 : idleMax);
    }

    /** Unmaps what nobody holds any more and is not kept. For readers, now and then. */
    synchronized void sweep() {
        trim(closed ? 0 : idleMax);
    }

    /** Whether bytes may be handed on. */
    boolean mayHandOn() {
        return windowCount <= HANDED_ON_MAX;
    }

    /**
     * Unmaps what nobody holds of a file that is deleted, so that its space on disk is free; who
     * still holds a window of it gives it back later.
     */
    public synchronized void forget(final RollFile file) {
        file.markDeleted();
        trim(closed ? 0 : idleMax);
    }

    /** Unmaps what nobody holds; the rest goes when its reader is closed. */
    public synchronized void close() {
        closed = true;
        trim(0);
    }

    private void trim(final int kept) {
        int idle = 0;
        for (int i = windows.size() - 1; i >= 0; i--) {
            final Window window = windows.get(i);
            if (window.references.get() == 0
                    && (window.file.isDeleted() || isShortened(window) || ++idle > kept)) {
                windows.remove(i);
                IoUtil.unmap(window.buffer);
            }
        }
        windowCount = windows.size();
    }

    /** Whether the file has grown beyond it and a longer one has taken its place. */
    private boolean isShortened(final Window window) {
        if (window.buffer.limit() == windowLength) {
            return false;
        }
        for (int i = windows.size() - 1; i >= 0; i--) {
            final Window other = windows.get(i);
            if (other.file == window.file
                    && other.index == window.index
                    && other.buffer.limit() > window.buffer.limit()) {
                return true;
            }
        }
        return false;
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

    /** One mapping. Nobody retains it from 0 on but under the lock, and there it is unmapped. */
    final class Window implements JournalMemory {
        private final RollFile file;
        private final int index;
        private final MappedByteBuffer buffer;
        private final AtomicInteger references = new AtomicInteger(1);

        private Window(final RollFile file, final int index, final MappedByteBuffer buffer) {
            this.file = file;
            this.index = index;
            this.buffer = buffer;
        }

        @Override
        public void retain() {
            references.incrementAndGet();
        }

        @Override
        public void release() {
            if (references.decrementAndGet() == 0 && closed) {
                sweep(); // no reader comes any more
            }
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
