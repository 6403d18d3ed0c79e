package dev.weft.server.journal.retention;

import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.ChannelFileBytes;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What retention would do with a journal on disk: the first block of each roll file is read, and
 * the last file as a whole. Nothing is changed and no lock is taken.
 *
 * @param files all roll files, oldest first.
 * @param head newest sequence.
 * @param due of the files those that would go.
 */
public record RetentionPreview(List<RetainedFile> files, long head, List<RetentionPlan.Due> due) {
    private static final long SPACING = Long.MAX_VALUE / 4; // no positions are wanted

    public RetentionPreview {
        files = List.copyOf(files);
        due = List.copyOf(due);
    }

    /**
     * Makes the plan of a directory.
     *
     * @param nowUs microseconds since the epoch.
     * @throws NoSuchFileException if there is no journal.
     */
    public static RetentionPreview of(
            final Path directory, final RetentionLimits limits, final long nowUs)
            throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        final RollCatalog catalog = RollCatalog.list(directory);
        if (catalog.isEmpty()) {
            throw new NoSuchFileException(directory + ": no journal in it");
        }
        final List<RetainedFile> files = new ArrayList<>();
        long head = 0;
        for (final RollFile file : catalog.files()) {
            final boolean isLast = file == catalog.last();
            files.add(look(file, isLast));
        }
        for (int i = files.size() - 1; i >= 0 && head == 0; i--) {
            head = RollFileScan.of(files.get(i).file(), SPACING, false).lastSequence();
        }
        return new RetentionPreview(files, head, RetentionPlan.of(files, head, limits, nowUs));
    }

    private static RetainedFile look(final RollFile file, final boolean isLast) throws IOException {
        final long bytes =
                isLast
                        ? RollFileScan.of(file, SPACING, false).endPosition()
                        : Files.size(file.path());
        try (ChannelFileBytes content = new ChannelFileBytes(file)) {
            final BlockWalk walk = new BlockWalk(content, false);
            return walk.next() == BlockWalk.BLOCK || walk.search(0, 1, Long.MAX_VALUE)
                    ? new RetainedFile(file, walk.firstSequence(), walk.firstTimestamp(), bytes)
                    : new RetainedFile(file, 0, 0, bytes);
        }
    }
}
