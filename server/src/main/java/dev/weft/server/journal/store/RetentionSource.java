package dev.weft.server.journal.store;

import dev.weft.server.journal.append.DiskSpace;
import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.retention.Retention;

/** What retention is told of a journal. Thread: the house-keeping one. */
record RetentionSource(Appending appending, Forcing forcing, DiskSpace space)
        implements Retention.Source {
    @Override
    public long appendedSequence() {
        return appending.appendedSequence();
    }

    @Override
    public long newestTimestamp() {
        return appending.lastTimestamp();
    }

    @Override
    public Positions positions() {
        return appending.positions();
    }

    @Override
    public boolean isFinished(final RollFile file) {
        return forcing.isFinished(file);
    }

    @Override
    public boolean isSpaceShort() {
        return space.isShort();
    }
}
