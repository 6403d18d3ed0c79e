package dev.weft.server.journal.append;

import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A roll file that is, or is about to be, appended to, with what is allocated of it. */
public final class ActiveFile {
    /** {@link #write}: the file has its end, nothing is written to it any more. */
    static final int FINISHED = -1;

    private final RollFile file;

    /** For allocating and forcing; the records are written through Chronicle's mapping. */
    private final FileChannel channel;

    /** Bytes that exist on disk, so that writing them cannot fail. House-keeper to appender. */
    private volatile long allocatedUpTo;

    /** Set by the forcing thread; with its lock no zeros come behind a file that was cut. */
    private boolean finished;

    /** What the appender waits for, 0 for nothing. Appender to house-keeper. */
    private volatile long wantedUpTo;

    ActiveFile(final RollFile file, final FileChannel channel, final long allocatedUpTo) {
        this.file = file;
        this.channel = channel;
        this.allocatedUpTo = allocatedUpTo;
    }

    public RollFile file() {
        return file;
    }

    int cycle() {
        return file.cycle();
    }

    public FileChannel channel() {
        return channel;
    }

    /**
     * Writes zeros up to a position, or as long as it is not finished. Thread: the house-keeper.
     */
    void extend(final ByteBuffer zeros, final long upTo) throws IOException {
        long position = allocatedUpTo;
        while (position < upTo) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), upTo - position));
            final int written = write(zeros, position);
            if (written == FINISHED) {
                return;
            }
            position += written;
            allocatedUpTo = position;
        }
    }

    /** Writes one piece of them, a small one: the forcing thread may wait for it. */
    synchronized int write(final ByteBuffer zeros, final long position) throws IOException {
        return finished ? FINISHED : channel.write(zeros, position);
    }

    /** Cuts the file to a length, if it is longer, and closes it. Thread: the forcing one. */
    synchronized void finish(final long lengthMax) throws IOException {
        finished = true;
        if (channel.size() > lengthMax) {
            channel.truncate(lengthMax);
        }
        channel.close();
    }

    long allocatedUpTo() {
        return allocatedUpTo;
    }

    long wantedUpTo() {
        return wantedUpTo;
    }

    void wantedUpTo(final long position) {
        wantedUpTo = position;
    }
}
