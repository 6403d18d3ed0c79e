package dev.weft.server.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real redis-server, or valkey-server, on a free port, so that it can be killed and comes back
 * with everything that it has acknowledged.
 */
public final class RedisServer implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;
    private static final Duration READY_MAX = Duration.ofSeconds(20);

    private final Path directory;
    private final String program;
    private final int port;
    private Process process;

    private RedisServer(final Path directory, final String program, final int port)
            throws IOException {
        this.directory = directory;
        this.program = program;
        this.port = port;
        process = launch();
    }

    /** Starts one. Its files lie in a directory that is there. */
    public static RedisServer start(final Path directory) throws IOException {
        final String program =
                ClientProcess.require(
                        "WEFT_REDIS_SERVER",
                        List.of("redis-server", "valkey-server"),
                        List.of("--version"));
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        return new RedisServer(directory, program, port);
    }

    private Process launch() throws IOException {
        final Process started =
                new ProcessBuilder(
                                program,
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                directory.toString(),
                                "--save",
                                "",
                                "--appendonly",
                                "yes",
                                "--appendfsync",
                                "always")
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve("redis.log").toFile()))
                        .start();
        await().pollInterval(Duration.ofMillis(20)).atMost(READY_MAX).until(this::isReady);
        return started;
    }

    private boolean isReady() {
        try {
            return send("PING").equals("+PONG"); // not while it loads its file
        } catch (final IOException ex) {
            return false;
        }
    }

    /** Sends a command on a connection of its own. @return the first line of the answer. */
    public String send(final String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
            return HttpClient.line(socket.getInputStream());
        }
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again on its files. */
    public void restart() throws IOException {
        process = launch();
    }

    @Override
    public void close() {
        kill();
    }
}
