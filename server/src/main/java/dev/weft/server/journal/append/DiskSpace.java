package dev.weft.server.journal.append;

import dev.weft.server.journal.FreeSpace;
import dev.weft.server.journal.JournalConfig;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of the disk is free, and whether publishing is refused because of it: it is below one
 * threshold, and again allowed above another that is twice as high. Lengths are bytes. Thread: the
 * opening one, then the house-keeping one; others may ask what says so.
 */
public final class DiskSpace {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);

    private final FreeSpace source;
    private final long stopBytes;
    private final long resumeBytes;
    private volatile boolean full; // read by the appender
    private volatile long freeBytes; // read by whoever asks for figures

    private DiskSpace(final FreeSpace source, final long stopBytes) throws IOException {
        this.source = source;
        this.stopBytes = stopBytes;
        resumeBytes = 2 * stopBytes;
        freeBytes = source.usableBytes();
    }

    static DiskSpace of(final JournalConfig config) throws IOException {
        final FreeSpace given = config.freeSpace();
        final FreeSpace source = given == null ? FreeSpace.of(config.directory()) : given;
        return new DiskSpace(source, Math.min(config.freeBytesMin(), source.totalBytes() / 20));
    }

    /** Any thread. */
    public boolean isFull() {
        return full;
    }

    /** Whether there is less than it takes to go on after a full disk. Any thread. */
    public boolean isShort() {
        return full || freeBytes < resumeBytes;
    }

    /** As it was when last looked at. Any thread. */
    public long freeBytes() {
        return freeBytes;
    }

    /** What may be taken before publishing is refused; may be negative. */
    long left() {
        return freeBytes - stopBytes;
    }

    /** Looks anew; whether there is enough, which takes more once the disk was full. */
    boolean look() throws IOException {
        freeBytes = source.usableBytes();
        return freeBytes >= (full ? resumeBytes : stopBytes);
    }

    void taken(final long bytes) {
        final long before = freeBytes;
        freeBytes = before - bytes;
    }

    /** Tells everyone, and the log when it changes. */
    void full(final boolean isFull) {
        if (isFull == full) {
            return;
        }
        full = isFull;
        LOG.warn(
                isFull
                        ? "disk full: publishing is refused, free={} stop={} resume={}"
                        : "disk space is back: publishing goes on, free={} stop={} resume={}",
                freeBytes,
                stopBytes,
                resumeBytes);
    }
}
