package dev.weft.server.journal.file;

import java.nio.file.Path;

/**
 * One roll file of the journal and what is known about it. Written by the thread that opens the
 * journal and then by the appender; read by all readers.
 */
public final class RollFile {
    private final int cycle;
    private final Path path;

    /** Where the walk over the records ends: nothing beyond may be touched. */
    private volatile long dataEnd;

    private volatile boolean deleted; // by retention, for those who still read it

    public RollFile(final int cycle, final Path path, final long dataEnd) {
        this.cycle = cycle;
        this.path = path;
        this.dataEnd = dataEnd;
    }

    public int cycle() {
        return cycle;
    }

    public Path path() {
        return path;
    }

    public long dataEnd() {
        return dataEnd;
    }

    public void dataEnd(final long position) {
        dataEnd = position;
    }

    /** Whether it was taken out of the journal. */
    boolean isDeleted() {
        return deleted;
    }

    void markDeleted() {
        deleted = true;
    }

    @Override
    public String toString() {
        return path.getFileName() + " dataEnd=" + dataEnd;
    }
}
