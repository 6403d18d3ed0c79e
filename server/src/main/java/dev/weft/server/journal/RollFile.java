package dev.weft.server.journal;

import java.nio.file.Path;

/**
 * One roll file of the journal and what is known about it. Written by the thread that opens the
 * journal and then by the appender; read by all readers.
 */
final class RollFile {
    private final int cycle;
    private final Path path;

    /** Where the walk over the records ends: nothing beyond may be touched. */
    private volatile long dataEnd;

    RollFile(final int cycle, final Path path, final long dataEnd) {
        this.cycle = cycle;
        this.path = path;
        this.dataEnd = dataEnd;
    }

    int cycle() {
        return cycle;
    }

    Path path() {
        return path;
    }

    long dataEnd() {
        return dataEnd;
    }

    void dataEnd(final long position) {
        dataEnd = position;
    }

    @Override
    public String toString() {
        return path.getFileName() + " dataEnd=" + dataEnd;
    }
}
