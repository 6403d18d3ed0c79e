package dev.weft.server.journal.recovery;

import dev.weft.server.journal.append.ZeroedFiles;
import dev.weft.server.journal.file.FileIo;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files of a journal directory that are derived, half made or never used. Chronicle's table of
 * locks and listings is one: it is always made anew, which frees a lock that a killed process left.
 * Thread: the opening one.
 */
final class Leftovers {
    private static final String CHRONICLE_TABLE = "metadata.cq4t";
    private static final int CHRONICLE_TABLE_LENGTH = 128 * 1024;

    private Leftovers() {}

    static void remove(final Path directory) throws IOException {
        resetTable(directory);
        ZeroedFiles.deleteUnused(directory);
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, "*" + RollCycleNames.SUFFIX)) {
            for (final Path path : files) {
                if (isUnbegun(path)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** All zeros, Chronicle takes it for new. Not deleted: on a full disk it could not be made. */
    private static void resetTable(final Path directory) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        directory.resolve(CHRONICLE_TABLE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            FileIo.write(channel, ByteBuffer.allocate(CHRONICLE_TABLE_LENGTH), 0);
            channel.truncate(CHRONICLE_TABLE_LENGTH);
        }
    }

    /** A roll file that the process was killed over before its header was complete. */
    private static boolean isUnbegun(final Path path) throws IOException {
        final ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.read(word, 0);
        }
        final int header = word.getInt(0);
        if (header != RecordHeader.NONE && header != RecordHeader.NOT_COMPLETE) {
            return false;
        }
        final RollFile file = new RollFile(0, path, Files.size(path));
        final RollFileScan scan = RollFileScan.of(file, Long.MAX_VALUE / 4, true);
        return scan.blockCount() == 0
                && (header == RecordHeader.NOT_COMPLETE || scan.lastDirtyPosition() < 0);
    }
}
