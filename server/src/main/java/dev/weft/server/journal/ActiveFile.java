package dev.weft.server.journal;

import java.nio.channels.FileChannel;

/** A roll file that is, or is about to be, appended to, with what is allocated of it. */
final class ActiveFile {
    private final RollFile file;

    /** For allocating and forcing; the records are written through Chronicle's mapping. */
    private final FileChannel channel;

    /** Bytes that exist on disk, so that writing them cannot fail. House-keeper to appender. */
    private volatile long allocatedUpTo;

    /** What the appender waits for, 0 for nothing. Appender to house-keeper. */
    private volatile long wantedUpTo;

    ActiveFile(final RollFile file, final FileChannel channel, final long allocatedUpTo) {
        this.file = file;
        this.channel = channel;
        this.allocatedUpTo = allocatedUpTo;
    }

    RollFile file() {
        return file;
    }

    int cycle() {
        return file.cycle();
    }

    FileChannel channel() {
        return channel;
    }

    long allocatedUpTo() {
        return allocatedUpTo;
    }

    void allocatedUpTo(final long position) {
        allocatedUpTo = position;
    }

    long wantedUpTo() {
        return wantedUpTo;
    }

    void wantedUpTo(final long position) {
        wantedUpTo = position;
    }
}
