package dev.weft.bench.history;

import dev.weft.bench.rig.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Debian's PostgreSQL with a directory of its own, on a free port of the loopback. It refuses to
 * run as root, so root gives it to its own user. Stopped by its own process id.
 */
final class PostgresServer implements AutoCloseable {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String USER = "postgres";
    private static final long START_MAX_NS = 30_000_000_000L;

    private final Path folder;
    private final int port;
    private final Process process;

    private PostgresServer(final Path folder, final int port, final Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Folder of the newest one's programs, empty if there is none here. */
    static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Path::compareTo);
        }
    }

    static PostgresServer start(final Path programs) throws IOException {
        final Path folder = Files.createTempDirectory("weft-bench-postgres");
        final boolean isRoot = "root".equals(System.getProperty("user.name"));
        final Path data = folder.resolve("data");
        if (isRoot) {
            run(List.of("chown", USER, folder.toString()));
        }
        run(
                as(
                        isRoot,
                        programs.resolve("initdb").toString(),
                        "--auth=trust",
                        "--username=" + USER,
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync",
                        "--pgdata=" + data));
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final List<String> command =
                as(isRoot, programs.resolve("postgres").toString(), "-D", data.toString());
        for (final String setting :
                List.of(
                        "port=" + port,
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "shared_buffers=1GB",
                        "synchronous_commit=off",
                        "max_wal_size=4GB",
                        "checkpoint_timeout=15min")) {
            command.addAll(List.of("-c", setting));
        }
        final Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        final PostgresServer server = new PostgresServer(folder, port, process);
        server.awaitStart();
        return server;
    }

    private static List<String> as(final boolean isRoot, final String... command) {
        final List<String> all = new ArrayList<>();
        if (isRoot) { // replaces itself by the command, so that the process id is the command's
            all.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--init-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private static void run(final List<String> command) throws IOException {
        final Process process =
                new ProcessBuilder(command)
                        .directory(Path.of("/").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("failed: " + command);
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
    }

    /** A connection is refused until it can be used: before, there is no port, then an error. */
    private void awaitStart() throws IOException {
        final long startNs = System.nanoTime();
        while (process.isAlive() && System.nanoTime() - startNs < START_MAX_NS) {
            try {
                DriverManager.getConnection(url()).close();
                return;
            } catch (final SQLException ex) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        close();
        throw new IOException("PostgreSQL did not start");
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            Rig.delete(folder);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
