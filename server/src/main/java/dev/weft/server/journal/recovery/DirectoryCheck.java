package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RollCycleNames;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Looks at the names in a journal directory before anything is opened. Chronicle takes every file
 * with its suffix for a roll file and fails on a name it cannot read, without saying which one.
 */
public final class DirectoryCheck {
    private static final Set<String> OWN_FILES =
            Set.of(DirectoryLock.NAME, StateFile.NAME, PositionsFile.NAME, "metadata.cq4t");

    private DirectoryCheck() {}

    /**
     * Reads names only, changes nothing.
     *
     * @throws JournalException FATAL if something is in the way, with its path.
     */
    public static void check(final Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (final Path path : entries) {
                final String name = String.valueOf(path.getFileName());
                final boolean isRollFile = name.endsWith(RollCycleNames.SUFFIX);
                if (isRollFile && !isRollFileName(name)) {
                    throw new JournalException(
                            true,
                            "not a roll file of this journal, move it out of the directory: file="
                                    + path);
                }
                if ((isRollFile || OWN_FILES.contains(name)) && Files.isDirectory(path)) {
                    throw new JournalException(
                            true,
                            "a directory in place of a file of the journal, move it away: path="
                                    + path);
                }
            }
        }
    }

    private static boolean isRollFileName(final String name) {
        final int cycle = RollCycleNames.parse(name);
        return cycle >= 0 && RollCycleNames.fileName(cycle).equals(name);
    }
}
