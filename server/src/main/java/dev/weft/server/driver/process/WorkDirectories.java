package dev.weft.server.driver.process;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The directories in which the processes of sessions work: one of each session below a root, by its
 * id. Beside one that was made here lies an empty file that says so: no other is ever deleted. One
 * that is not wanted any more is renamed at once, so that a new session of the same id gets a new
 * one, and emptied later; what a server leaves of that, the next one finds by its name. Links are
 * deleted, never followed, and what is deleted is reached from the root by descriptors and not by
 * paths: whoever writes there meanwhile cannot lead out of it. Any thread; the methods of one id
 * one after the other.
 */
final class WorkDirectories {
    /** No id begins with a dot. */
    private static final String CONDEMNED = ".deleted-";

    private static final String MADE = ".made-";

    /** Ids that one start looks at. */
    private static final int LEFT_MAX = 10_000;

    /** How often one that was emptied may be found full. */
    private static final int AGAIN_MAX = 100;

    private final Path root;

    WorkDirectories(final Path root) {
        this.root = root;
    }

    /** The directory of a session, which is there afterwards. */
    Path make(final String id) throws IOException {
        final Path directory = of(id);
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(root);
            Files.write(
                    made(id),
                    new byte[0],
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            Files.createDirectory(directory);
        }
        return directory;
    }

    private Path made(final String id) {
        return root.resolve(MADE + id);
    }

    private Path of(final String id) {
        final Path directory = root.resolve(id);
        if (id.startsWith(".") || !root.equals(directory.getParent())) {
            throw new IllegalArgumentException("no name of a directory: " + id);
        }
        return directory;
    }

    /** Ids of the sessions whose directories were made here. */
    List<String> ids() {
        return names(MADE).stream().map(name -> name.substring(MADE.length())).toList();
    }

    /** Names of those that are to be emptied, also by a server before this one. */
    List<String> condemned() {
        return names(CONDEMNED);
    }

    private List<String> names(final String prefix) {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (final Path entry : entries) {
                final String name = String.valueOf(entry.getFileName());
                if (name.startsWith(prefix) && names.size() < LEFT_MAX) {
                    names.add(name);
                }
            }
        } catch (final IOException | DirectoryIteratorException ex) {
            return names; // nothing was made here yet
        }
        return names;
    }

    /**
     * Takes the directory of a session away, without emptying it.
     *
     * @return the name under which it is to be {@link #delete deleted}; empty if there is none that
     *     was made here.
     */
    String condemn(final String id) throws IOException {
        String name = CONDEMNED + id + '-' + UUID.randomUUID();
        if (!Files.exists(made(id), LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try {
            Files.move(of(id), root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (final NoSuchFileException ex) {
            name = "";
        } catch (final AtomicMoveNotSupportedException ex) {
            throw new IOException("it is on another file system than its neighbours", ex);
        }
        Files.delete(made(id));
        return name;
    }

    /** Deletes what was condemned, however deep it is. */
    void delete(final String condemned) throws IOException {
        if (!condemned.startsWith(CONDEMNED) || condemned.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not condemned: " + condemned);
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root)) {
            if (!(stream instanceof SecureDirectoryStream<Path> all)) {
                throw new IOException("this system has no directories without following links");
            }
            final Path name = Path.of(condemned);
            if (!isDirectory(all, name)) {
                all.deleteFile(name);
                return;
            }
            empty(all, name);
            all.deleteDirectory(name);
        } catch (final NoSuchFileException ex) {
            return; // nothing left to do
        }
    }

    /**
     * Empties a directory level by level. What is deeper is moved up: the depth costs neither
     * descriptors nor stack.
     */
    private static void empty(final SecureDirectoryStream<Path> parent, final Path name)
            throws IOException {
        int againCount = 0;
        while (true) {
            final List<Path> directories;
            try (SecureDirectoryStream<Path> top = open(parent, name)) {
                directories = deleteFiles(top, null);
            }
            if (directories.isEmpty()) {
                return;
            }
            try (SecureDirectoryStream<Path> top = open(parent, name)) {
                for (final Path each : directories) {
                    try (SecureDirectoryStream<Path> inner = open(top, each)) {
                        deleteFiles(inner, top);
                    }
                    try {
                        top.deleteDirectory(each);
                    } catch (final DirectoryNotEmptyException ex) {
                        if (++againCount > AGAIN_MAX) {
                            throw ex; // somebody fills it
                        }
                    }
                }
            }
        }
    }

    /**
     * Deletes the files of a directory.
     *
     * @param top where its directories are moved to; null to leave them there.
     * @return its directories.
     */
    private static List<Path> deleteFiles(
            final SecureDirectoryStream<Path> directory,
            final @Nullable SecureDirectoryStream<Path> top)
            throws IOException {
        final List<Path> directories = new ArrayList<>();
        for (final Path entry : directory) {
            final Path name = entry.getFileName();
            if (!isDirectory(directory, name)) {
                directory.deleteFile(name);
                continue;
            }
            directories.add(name);
            if (top != null) {
                open(directory, name).close(); // only who may write in it may move it
                directory.move(name, top, Path.of(UUID.randomUUID().toString()));
            }
        }
        return directories;
    }

    private static boolean isDirectory(final SecureDirectoryStream<Path> directory, final Path name)
            throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    private static SecureDirectoryStream<Path> open(
            final SecureDirectoryStream<Path> parent, final Path name) throws IOException {
        final SecureDirectoryStream<Path> opened =
                parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        try {
            opened.getFileAttributeView(PosixFileAttributeView.class)
                    .setPermissions(PosixFilePermissions.fromString("rwx------"));
        } catch (final IOException ex) {
            opened.close();
            throw ex;
        }
        return opened;
    }
}
