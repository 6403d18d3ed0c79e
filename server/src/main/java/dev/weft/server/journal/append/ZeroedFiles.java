package dev.weft.server.journal.append;

import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.ChannelFileBytes;
import dev.weft.server.journal.file.FileIo;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files of zeros that Chronicle takes as roll files of its own: how they are made, named anew,
 * removed, and cut when their hour is over. Threads as each method says; nothing is kept.
 */
public final class ZeroedFiles {
    /** Kept free behind each record: an index page of Chronicle and the end-of-file mark. */
    public static final int MARGIN = 128 * 1024;

    /** What Chronicle puts at the start of a roll file: header and two index pages. */
    static final int FILE_HEADER = 128 * 1024;

    /** Bytes that are written at once. */
    static final int ZEROS_LENGTH = 64 * 1024;

    private static final int PAGE = 4 * 1024;

    private ZeroedFiles() {}

    /** Makes a whole one with room for records of that length. Thread: the opening one. */
    public static void make(final Path directory, final int cycle, final long length)
            throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_LENGTH);
        try (FileChannel channel = create(directory, cycle)) {
            for (long at = 0; at < length + FILE_HEADER + MARGIN; at += ZEROS_LENGTH) {
                FileIo.write(channel, zeros, at);
            }
        }
    }

    /** An empty one. Thread: the house-keeping or the opening one. */
    static FileChannel create(final Path directory, final int cycle) throws IOException {
        return FileChannel.open(
                directory.resolve(RollCycleNames.precreatedName(cycle)),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    /** Has one that was never used serve another cycle. Thread: the house-keeping one. */
    static void rename(final Path directory, final int fromCycle, final int toCycle)
            throws IOException {
        Files.move(
                directory.resolve(RollCycleNames.precreatedName(fromCycle)),
                directory.resolve(RollCycleNames.precreatedName(toCycle)),
                StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes those that were made for nothing. Thread: the opening or the closing one. */
    public static void deleteUnused(final Path directory) throws IOException {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(directory, "*" + RollCycleNames.PRECREATED_SUFFIX)) {
            for (final Path path : left) {
                Files.delete(path);
            }
        }
    }

    /**
     * Gives back what was allocated behind the end of a finished file and closes it. Nobody touches
     * that part: readers know where the data ends, and Chronicle has left the file. Without its end
     * mark where it has to be, nothing is cut off. Thread: the forcing one.
     */
    public static void finish(final ActiveFile finished) throws IOException {
        final RollFile file = finished.file();
        final RollFile whole = new RollFile(file.cycle(), file.path(), Files.size(file.path()));
        try (ChannelFileBytes bytes = new ChannelFileBytes(whole)) {
            final BlockWalk walk = new BlockWalk(bytes, false);
            walk.position(file.dataEnd() - RecordHeader.LENGTH); // an index page may come first
            final boolean hasEnd = walk.next() == BlockWalk.END_OF_FILE;
            finished.finish(hasEnd ? (walk.position() / PAGE + 2) * PAGE : Long.MAX_VALUE);
        }
    }
}
