package dev.weft.server.journal.retention;

import dev.weft.server.journal.file.RollFile;

/**
 * What retention has to know of a roll file.
 *
 * @param firstSequence 0, as the time, if no block of it is known.
 * @param firstTimestampUs microseconds since the epoch.
 * @param bytes that it takes.
 */
public record RetainedFile(RollFile file, long firstSequence, long firstTimestampUs, long bytes) {
    /** Name of the file without its directory. */
    public String name() {
        return String.valueOf(file.path().getFileName());
    }
}
