package dev.weft.server.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which names a Unix socket may take, and what becomes of its file. */
class UnixSocketFileTest {
    private Path directory; // a short one: the kernel takes 107 bytes
    private Path path;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("weft");
        path = directory.resolve("s");
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        try (var files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static ServerSocketChannel listen(final Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path));
    }

    @Test
    void shouldGiveTheSocketItsModeBeforeItsName() throws IOException {
        final UnixSocketFile file = new UnixSocketFile("option", path);
        try (ServerSocketChannel listener = listen(file.passing())) {
            assertThat(path).doesNotExist();
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(file.passing().getParent())))
                    .as("nobody else can get at the socket while it has any mode")
                    .isEqualTo("rwx------");
            file.publish();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-rw----");
            assertThat(file.passing().getParent()).doesNotExist();
            assertThat(listener.isOpen()).isTrue();
        }
        file.delete();
        assertThat(path).doesNotExist();
    }

    @Test
    void shouldReplaceAFileOnWhichNobodyAnswers() throws IOException {
        listen(path).close(); // as after a kill: the file stays
        Files.createDirectory(directory.resolve("s.d"));
        listen(directory.resolve("s.d").resolve("s")).close();
        final UnixSocketFile file = new UnixSocketFile("option", path);
        try (ServerSocketChannel listener = listen(file.passing())) {
            file.publish();
            assertThat(listener.isOpen()).isTrue();
            assertThatThrownBy(() -> new UnixSocketFile("option", path))
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void shouldRefuseAFileOnWhichSomebodyAnswers() throws IOException {
        try (ServerSocketChannel other = listen(path)) {
            assertThatThrownBy(() -> new UnixSocketFile("option", path))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(path + " is in use by another process");
            assertThat(path).exists();
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void shouldLeaveAloneWhatIsNoSocket() throws Exception {
        Files.writeString(path, "precious");
        assertThatThrownBy(() -> new UnixSocketFile("option", path))
                .hasMessageContaining("is no socket");
        assertThat(path).hasContent("precious");
        Files.delete(path);
        final Process pipe = new ProcessBuilder("mkfifo", path.toString()).start();
        assertThat(pipe.waitFor(10, TimeUnit.SECONDS)).isTrue(); // refuses connections too
        assertThatThrownBy(() -> new UnixSocketFile("option", path))
                .hasMessageContaining("is no socket");
        assertThat(path).exists();
    }

    @Test
    void shouldNotTakeAwayTheFileOfAnother() throws IOException {
        final UnixSocketFile file = new UnixSocketFile("option", path);
        listen(file.passing()).close();
        file.publish();
        Files.delete(path);
        try (ServerSocketChannel other = listen(path)) {
            file.delete();
            assertThat(path).exists();
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void shouldLeaveAloneWhatLiesWhereItsDirectoryShould() throws IOException {
        final Path taken = directory.resolve("s.d");
        Files.writeString(taken, "precious");
        assertThatThrownBy(() -> new UnixSocketFile("option", path))
                .hasMessageContaining(taken + " is there and is no directory");
        assertThat(taken).hasContent("precious");
        Files.delete(taken);
        Files.createDirectory(taken);
        Files.writeString(taken.resolve("other"), "precious");
        assertThatThrownBy(() -> new UnixSocketFile("option", path))
                .hasMessageContaining("cannot make the directory");
        assertThat(taken.resolve("other")).hasContent("precious");
        Files.delete(taken.resolve("other"));
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotListen() {
        final UnixSocketFile file = new UnixSocketFile("option", path);
        file.delete();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldSayThatAPathIsTooLong() {
        final Path longest = directory.resolve("x".repeat(103 - directory.toString().length() - 1));
        assertThat(new UnixSocketFile("option", longest).path()).isEqualTo(longest);
        assertThatThrownBy(() -> new UnixSocketFile("option", Path.of(longest + "y")))
                .hasMessageContaining("too long: length=104 max=103");
    }
}
