package dev.weft.server.journal.recovery;

import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.ZeroedFiles;
import dev.weft.server.journal.file.FileIo;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a damaged roll file by one that holds all of its valid blocks. The damaged one is kept
 * under {@code quarantine/}. A stop at any moment leaves either the old file or the new one in
 * place.
 */
final class Repair {
    private static final String QUARANTINE = "quarantine";
    private static final String WORKSHOP = "repair";
    private static final long SPACE_LEFT = 16L * 1024 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

    private final JournalConfig config;

    Repair(final JournalConfig config) {
        this.config = config;
    }

    /**
     * Rewrites a file in place.
     *
     * @return where the damaged one is now.
     * @throws JournalException FATAL if there is no space for a second copy.
     */
    Path rewrite(final RollFileScan scan) throws IOException {
        final RollFile file = scan.file();
        final Path workshop = config.directory().resolve(WORKSHOP);
        clear(workshop);
        Files.createDirectories(workshop);
        final long length = scan.blockBytes() + config.preallocateMin();
        final FileStore store = Files.getFileStore(workshop);
        if (store.getUsableSpace() < length + Math.min(SPACE_LEFT, store.getTotalSpace() / 20)) {
            throw new JournalException(
                    true,
                    "no space to repair: file="
                            + file.path()
                            + " needs="
                            + length
                            + " free="
                            + store.getUsableSpace());
        }
        ZeroedFiles.make(workshop, file.cycle(), length);
        try (ChronicleAppender appender =
                ChronicleAppender.open(
                        workshop, config.blockSize(), file.cycle(), 0, AppendProbe.NONE)) {
            RollFileScan.copy(
                    file,
                    (walk, bytes) ->
                            appender.append(
                                    bytes.memory(),
                                    bytes.index(walk.blockPosition()),
                                    walk.blockLength(),
                                    file.cycle()));
        }
        final Path rewritten = workshop.resolve(RollCycleNames.fileName(file.cycle()));
        FileIo.force(rewritten);
        final Path kept = keep(file);
        Files.move(
                rewritten,
                file.path(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        FileIo.force(config.directory());
        clear(workshop);
        LOG.error("roll file repaired: file={} damaged one kept as {}", file.path(), kept);
        return kept;
    }

    /** Zeros a record that was never committed, so that nobody ever mistakes it for one. */
    static void clearUncommitted(final RollFileScan scan) throws IOException {
        if (scan.lastDirtyPosition() < 0) {
            return;
        }
        try (FileChannel channel = FileChannel.open(scan.file().path(), StandardOpenOption.WRITE)) {
            final ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long at = scan.endPosition(); at <= scan.lastDirtyPosition(); ) {
                zeros.clear();
                zeros.limit((int) Math.min(zeros.capacity(), scan.lastDirtyPosition() + 1 - at));
                at += channel.write(zeros, at);
            }
        }
    }

    /** Takes a file out of the journal in which no block is left. */
    Path remove(final RollFile file) throws IOException {
        final Path kept = keep(file);
        Files.delete(file.path());
        FileIo.force(config.directory());
        LOG.error("roll file without any block taken out: file={} kept={}", file.path(), kept);
        return kept;
    }

    /** Leftovers of a repair that was interrupted. */
    void clear() throws IOException {
        clear(config.directory().resolve(WORKSHOP));
    }

    /** Gives the file a second name in quarantine. */
    private Path keep(final RollFile file) throws IOException {
        final Path quarantine = config.directory().resolve(QUARANTINE);
        Files.createDirectories(quarantine);
        final String name = String.valueOf(file.path().getFileName());
        Path kept = quarantine.resolve(name);
        for (int i = 1; Files.exists(kept); i++) {
            kept = quarantine.resolve(name + "." + i);
        }
        try {
            Files.createLink(kept, file.path());
        } catch (final UnsupportedOperationException | IOException ex) {
            LOG.info("no second link to a file here, it is copied: file={}", file.path(), ex);
            Files.copy(file.path(), kept);
        }
        FileIo.force(quarantine);
        return kept;
    }

    private static void clear(final Path workshop) throws IOException {
        if (Files.isDirectory(workshop)) {
            try (DirectoryStream<Path> left = Files.newDirectoryStream(workshop)) {
                for (final Path path : left) {
                    Files.delete(path);
                }
            }
            Files.delete(workshop);
        }
    }
}
