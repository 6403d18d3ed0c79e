package dev.weft.server.unix;

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
 * The file of a Unix domain socket, from before the listening to its end. The socket is bound in a
 * passing directory beside its own name, which nobody but the owner can enter, gets its mode there
 * and is then moved. So nobody can connect before the mode is right, whatever the umask is, and a
 * file that a killed server left behind is replaced in one step. It is left behind only by a kill.
 * Thread: any, one at a time.
 */
public final class UnixSocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

    /** What the kernel allows ({@code sun_path}), without the zero at the end. */
    private static final int PATH_LENGTH_MAX = 107;

    private static final String DIRECTORY_SUFFIX = ".d";
    private static final String PASSING_NAME = "s";
    private static final int SUFFIX_LENGTH = DIRECTORY_SUFFIX.length() + 1 + PASSING_NAME.length();
    private static final int FILE_TYPE_MASK = 0170000;
    private static final int SOCKET_TYPE = 0140000;

    private final String option;
    private final Path path;
    private final Path directory;
    private final Path passing;
    private List<Object> identity = List.of(); // of the file that lies at path, once it is ours

    /**
     * Looks whether the name is free, and makes the passing directory.
     *
     * @param option that gave the path; messages begin with it.
     * @throws IllegalStateException if the name is taken, or if no socket can have it.
     */
    public UnixSocketFile(final String option, final Path wanted) {
        this.option = option;
        path = wanted.toAbsolutePath();
        directory = path.resolveSibling(path.getFileName() + DIRECTORY_SUFFIX);
        passing = directory.resolve(PASSING_NAME);
        final int length = passing.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_LENGTH_MAX) {
            throw refusal(
                    "the path is too long: length=%d max=%d path=%s"
                            .formatted(
                                    length - SUFFIX_LENGTH, PATH_LENGTH_MAX - SUFFIX_LENGTH, path));
        }
        refuseUnlessFree(path);
        try {
            makeDirectory();
        } catch (final IOException ex) {
            throw new IllegalStateException(
                    option + ": cannot make the directory " + directory + ": " + ex, ex);
        }
    }

    /** Where to listen first. */
    public Path passing() {
        return passing;
    }

    /** Its name in the end. */
    public Path path() {
        return path;
    }

    /**
     * The socket listens under its passing name: gives it mode 0660 and its own name.
     *
     * @throws IllegalStateException if that does not work.
     */
    public void publish() {
        try {
            Files.setPosixFilePermissions(passing, PosixFilePermissions.fromString("rw-rw----"));
            final List<Object> bound = identity(passing);
            Files.move(passing, path, StandardCopyOption.ATOMIC_MOVE);
            identity = bound;
            Files.delete(directory);
        } catch (final IOException ex) {
            throw new IllegalStateException(option + ": cannot listen on " + path + ": " + ex, ex);
        }
    }

    /** Takes away what it has made, unless another file lies there by now. */
    public void delete() {
        try {
            if (identity.isEmpty()) {
                Files.deleteIfExists(passing);
                Files.deleteIfExists(directory);
            } else if (exists(path) && identity.equals(identity(path))) {
                Files.delete(path);
            }
        } catch (final IOException ex) {
            LOG.warn("cannot take the unix socket away: {}", path, ex);
        }
    }

    /** What a server that was killed meanwhile has left there goes. */
    private void makeDirectory() throws IOException {
        if (exists(directory)) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw refusal(directory + " is there and is no directory");
            }
            refuseUnlessFree(passing);
            Files.deleteIfExists(passing);
            Files.delete(directory); // and not if there is anything else in it
        }
        Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private IllegalStateException refusal(final String reason) {
        return new IllegalStateException(option + ": " + reason);
    }

    private void refuseUnlessFree(final Path name) {
        if (!exists(name)) {
            return;
        }
        final String trouble;
        try {
            if (!isSocket(name)) {
                trouble = "is there and is no socket";
            } else if (answers(name)) {
                trouble = "is in use by another process";
            } else {
                return;
            }
        } catch (final IOException ex) {
            throw new IllegalStateException(
                    option + ": cannot tell whether it is in use: " + name + ": " + ex, ex);
        }
        throw refusal(name + " " + trouble);
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
