package dev.weft.server.cli.run;

import dev.weft.server.cli.Problems;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The directory of one run's spool: who it belongs to, and a lock that the system lets go of when
 * the process that holds it dies, however it does. Only its user may look into it.
 */
final class SpoolDirectory {
    private static final String LOCK = "lock";
    private static final String IDENTITY = "run.json";
    private static final char HIDDEN = '.';

    private final Path path;
    private final FileChannel lock;
    private final RunIdentity identity;

    private SpoolDirectory(final Path path, final FileChannel lock, final RunIdentity identity) {
        this.path = path;
        this.lock = lock;
        this.identity = identity;
    }

    /** A new one, locked. */
    static SpoolDirectory create(final Path root, final RunIdentity identity) throws IOException {
        Files.createDirectories(root);
        // Under a name that nobody looks for until it is locked.
        final Path hidden =
                Files.createDirectory(
                        root.resolve(HIDDEN + identity.run()),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        final FileChannel lock = lock(hidden);
        if (lock == null) {
            throw new IOException("cannot lock " + hidden);
        }
        Files.writeString(
                hidden.resolve(IDENTITY),
                "{\"run\":\"%s\",\"job\":\"%s\",\"owns_job\":%s}\n"
                        .formatted(identity.run(), identity.job(), identity.ownsJob()));
        final Path path = root.resolve(identity.run());
        Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
        return new SpoolDirectory(path, lock, identity);
    }

    /** Those whose processes are gone, locked for this one. */
    static List<SpoolDirectory> leftovers(final Path root) throws IOException {
        final List<SpoolDirectory> left = new ArrayList<>();
        final List<Path> paths;
        try (Stream<Path> entries = Files.list(root)) {
            paths = entries.sorted().toList();
        } catch (final NoSuchFileException ex) {
            return left;
        }
        for (final Path path : paths) {
            final String name = path.getFileName().toString();
            final FileChannel lock = name.charAt(0) == HIDDEN ? null : lock(path);
            if (lock == null) {
                continue;
            }
            final RunIdentity identity = identity(path);
            if (identity == null) {
                remove(path);
                lock.close();
            } else {
                left.add(new SpoolDirectory(path, lock, identity));
            }
        }
        return left;
    }

    /** Null if all was delivered, and who deleted it did not come to the end of that. */
    private static @Nullable RunIdentity identity(final Path path) throws IOException {
        final String text;
        try {
            text = Files.readString(path.resolve(IDENTITY));
        } catch (final NoSuchFileException ex) {
            return null;
        }
        final JsonNode json = Problems.json(text);
        return new RunIdentity(
                json.path("run").asString(""),
                json.path("job").asString(""),
                json.path("owns_job").asBoolean(true));
    }

    /** Null if another process has it, or it has gone. */
    private static @Nullable FileChannel lock(final Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return null;
        }
        final FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            path.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (final NoSuchFileException ex) {
            return null;
        }
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (final OverlappingFileLockException ex) {
            // This process has it already.
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    Path path() {
        return path;
    }

    RunIdentity identity() {
        return identity;
    }

    /** Lets go of it. */
    void close(final boolean isOver) throws IOException {
        if (isOver) {
            Files.deleteIfExists(path.resolve(IDENTITY));
            remove(path);
        }
        lock.close();
    }

    private static void remove(final Path path) throws IOException {
        Files.deleteIfExists(path.resolve(LOCK));
        try {
            Files.deleteIfExists(path);
        } catch (final DirectoryNotEmptyException ex) {
            // Another looks for what is left, and made the lock again: it removes the rest.
        }
    }
}
