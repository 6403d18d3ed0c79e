package dev.weft.server.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix domain socket, from before the listening to its end. The socket is bound under
 * a passing name beside its own, gets its mode and is then moved there, so nobody can connect
 * before the mode is right, and a file that a killed server left behind is replaced in one step. It
 * is left behind only by a kill. Thread: any, one at a time.
 */
final class UnixSocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

    /** What the kernel allows ({@code sun_path}), without the zero at the end. */
    private static final int PATH_LENGTH_MAX = 107;

    private static final String PASSING_SUFFIX = ".new";
    private static final int FILE_TYPE_MASK = 0170000;
    private static final int SOCKET_TYPE = 0140000;

    private final Path path;
    private final Path passing;
    private List<Object> identity = List.of(); // of the file that lies at path, once it is ours

    /**
     * Looks whether the name is free.
     *
     * @throws IllegalStateException if it is not, or if no socket can have it.
     */
    UnixSocketFile(final Path wanted) {
        path = wanted.toAbsolutePath();
        passing = path.resolveSibling(path.getFileName() + PASSING_SUFFIX);
        final int length = passing.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_LENGTH_MAX) {
            throw new IllegalStateException(
                    "unix-socket: the path is too long: length=%d max=%d path=%s"
                            .formatted(
                                    length - PASSING_SUFFIX.length(),
                                    PATH_LENGTH_MAX - PASSING_SUFFIX.length(),
                                    path));
        }
        refuseUnlessFree(path);
        refuseUnlessFree(passing);
        try {
            Files.deleteIfExists(passing);
        } catch (final IOException ex) {
            throw new IllegalStateException("unix-socket: cannot take away " + passing, ex);
        }
    }

    /** Where to listen first. */
    Path passing() {
        return passing;
    }

    Path path() {
        return path;
    }

    /**
     * The socket listens under its passing name: gives it mode 0660 and its own name.
     *
     * @throws IllegalStateException if that does not work.
     */
    void publish() {
        try {
            Files.setPosixFilePermissions(passing, PosixFilePermissions.fromString("rw-rw----"));
            identity = identity(passing);
            Files.move(passing, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (final IOException ex) {
            throw new IllegalStateException(
                    "unix-socket: cannot listen on " + path + ": " + ex, ex);
        }
    }

    /** Takes the file away, unless another one lies there by now. */
    void delete() {
        try {
            if (exists(path) && identity.equals(identity(path))) {
                Files.delete(path);
            }
        } catch (final IOException ex) {
            LOG.warn("cannot take the unix socket away: {}", path, ex);
        }
    }

    private static void refuseUnlessFree(final Path path) {
        if (!exists(path)) {
            return;
        }
        final String trouble;
        try {
            if (!isSocket(path)) {
                trouble = "is there and is no socket";
            } else if (answers(path)) {
                trouble = "is in use by another process";
            } else {
                return;
            }
        } catch (final IOException ex) {
            throw new IllegalStateException(
                    "unix-socket: cannot tell whether it is in use: " + path + ": " + ex, ex);
        }
        throw new IllegalStateException("unix-socket: " + path + " " + trouble);
    }

    /** Whether a process listens there. Refused is the one answer that says no. */
    private static boolean answers(final Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // with a full queue it would wait
            channel.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (final ConnectException ex) {
            return false;
        }
    }

    private static boolean exists(final Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isSocket(final Path path) throws IOException {
        final Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return ((Integer) mode & FILE_TYPE_MASK) == SOCKET_TYPE;
    }

    /** A number of a deleted file may be used again at once, hence the time too. */
    private static List<Object> identity(final Path path) throws IOException {
        final BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return List.of(
                Objects.requireNonNull(attributes.fileKey(), "fileKey"),
                attributes.lastModifiedTime());
    }
}
