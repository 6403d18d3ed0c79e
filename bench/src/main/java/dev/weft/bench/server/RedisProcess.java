package dev.weft.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A redis-server on a free port, and one connection to it. It keeps what it has in memory only. */
public final class RedisProcess implements AutoCloseable {
    private static final long START_LIMIT_NS = 20_000_000_000L;
    private static final int TIMEOUT_MS = 60_000;

    private final Process process;
    private final int port;
    private final Socket socket;
    private final BufferedReader answers;

    private RedisProcess(final Process process, final int port, final Socket socket)
            throws IOException {
        this.process = process;
        this.port = port;
        this.socket = socket;
        answers =
                new BufferedReader(
                        new InputStreamReader(
                                socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    /** Starts one; its output goes to a log. */
    public static RedisProcess start(final Path log) throws IOException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Process process =
                new ProcessBuilder(
                                "redis-server",
                                "--port",
                                String.valueOf(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--appendonly",
                                "no")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        final long deadline = System.nanoTime() + START_LIMIT_NS;
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(TIMEOUT_MS);
                return new RedisProcess(process, port, socket);
            } catch (final IOException ex) {
                LockSupport.parkNanos(20_000_000);
            }
        }
        process.destroyForcibly();
        throw new IOException("redis-server did not start, see " + log);
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /**
     * Sends a command.
     *
     * @param command words with spaces between them, quoted if they have spaces themselves.
     * @return its answer, which is one line.
     */
    public String call(final String command) throws IOException {
        final OutputStream out = socket.getOutputStream();
        out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        final String answer = answers.readLine();
        if (answer == null || answer.startsWith("-")) {
            throw new IOException(command + ": " + answer);
        }
        return answer;
    }

    /** A number that a command answers. */
    public long number(final String command) throws IOException {
        return Long.parseLong(call(command).substring(1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
