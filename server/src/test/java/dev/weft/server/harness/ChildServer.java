package dev.weft.server.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real program in a process of its own, with the JVM flags of the launcher, so that it can be
 * killed.
 */
public final class ChildServer implements AutoCloseable {
    private static final String READY = "weft ready ";

    private final Process process;
    private final InetSocketAddress address;
    private final long readyNs;

    private ChildServer(
            final Process process, final InetSocketAddress address, final long readyNs) {
        this.process = process;
        this.address = address;
        this.readyNs = readyNs;
    }

    /** Starts one on a free port and waits until it is ready. Its log goes to {@code log}. */
    public static ChildServer start(final Path directory, final Path log, final String... options)
            throws IOException {
        final long startNs = System.nanoTime();
        return awaitReady(launch(directory, log, options), log, startNs);
    }

    /** Starts a test's own server, a class whose main prints the same ready line. */
    public static ChildServer start(
            final Class<?> program, final Path log, final String... arguments) throws IOException {
        final long startNs = System.nanoTime();
        final List<String> command = java();
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return awaitReady(start(command, log), log, startNs);
    }

    private static ChildServer awaitReady(final Process process, final Path log, final long startNs)
            throws IOException {
        final BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                final URI uri = URI.create(line.substring(READY.length()).split(" ", 2)[0]);
                return new ChildServer(
                        process,
                        new InetSocketAddress(uri.getHost(), uri.getPort()),
                        System.nanoTime() - startNs);
            }
        }
        throw new IOException("ended before it was ready:\n" + Files.readString(log));
    }

    /** Starts one without waiting for anything. Options that begin with -D go to the JVM. */
    public static Process launch(final Path directory, final Path log, final String... options)
            throws IOException {
        final List<String> properties = new ArrayList<>(List.of(options));
        properties.removeIf(option -> !option.startsWith("-D"));
        final List<String> settings = new ArrayList<>(List.of(options));
        settings.removeAll(properties);
        final List<String> command = java();
        command.addAll(properties);
        command.addAll(List.of("dev.weft.server.WeftMain", "serve"));
        if (!settings.contains("--port")) {
            command.addAll(List.of("--port", "0"));
        }
        command.addAll(List.of("--data-dir", directory.toString()));
        command.addAll(settings);
        return start(command, log);
    }

    private static Process start(final List<String> command, final Path log) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Begin of a command that runs a class of this test run in a process of its own. */
    public static List<String> java() {
        final Path root = root();
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + root.resolve("scripts/jvm-flags"));
        if (Runtime.version().feature() >= 24) {
            command.add("@" + root.resolve("scripts/jvm-flags-24"));
        }
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return command;
    }

    /** The project's directory. */
    public static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.exists(path.resolve("scripts/jvm-flags"))) {
            path = path.getParent();
            if (path == null) {
                throw new IllegalStateException("not inside the project: " + Path.of(""));
            }
        }
        return path;
    }

    public InetSocketAddress address() {
        return address;
    }

    /** From the start of the process to its ready line. */
    public long readyMs() {
        return TimeUnit.NANOSECONDS.toMillis(readyNs);
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(10);
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Exit code, or -1 if it still runs after so many seconds. */
    public int awaitExit(final int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
