package dev.weft.server.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A client in another language, and the lines that it writes. */
public final class ClientProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>(); // added to by the reader

    private ClientProcess(final Process process) {
        this.process = process;
        reader = new Thread(this::read, "client-output");
        reader.setDaemon(true);
        reader.start();
    }

    public static ClientProcess start(final Path directory, final List<String> command)
            throws IOException {
        final ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("PYTHONIOENCODING", "utf-8", "PYTHONUNBUFFERED", "1"));
        return new ClientProcess(builder.start());
    }

    /**
     * The first of some commands that works on this machine. scripts/test installs what is needed
     * and names it by an environment variable; then it has to work. Without that, and without any
     * other, the test is left out.
     */
    public static String require(
            final String variable, final List<String> candidates, final List<String> probe) {
        final String named = System.getenv(variable);
        if (named != null) {
            return named;
        }
        final Optional<String> found =
                candidates.stream().filter(candidate -> works(candidate, probe)).findFirst();
        Assumptions.assumeTrue(
                found.isPresent(), "none of " + candidates + " is here; scripts/test installs it");
        return found.orElseThrow();
    }

    private static boolean works(final String command, final List<String> probe) {
        try {
            final Process process =
                    new ProcessBuilder(Stream.concat(Stream.of(command), probe.stream()).toList())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    && process.exitValue() == 0;
        } catch (final IOException ex) {
            return false;
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            in.lines().forEach(lines::add);
        } catch (final IOException | java.io.UncheckedIOException ex) {
            lines.add("output ended: " + ex.getMessage());
        }
    }

    /** What it wrote so far. */
    public List<String> lines() {
        return lines;
    }

    /** Waits for a line that holds a text. */
    public String line(final String text) {
        await().atMost(PATIENCE)
                .until(() -> find(text).isPresent() || (!process.isAlive() && !reader.isAlive()));
        return find(text)
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        "it ended without a line that has "
                                                + text
                                                + ": "
                                                + String.join("\n", lines)));
    }

    private Optional<String> find(final String text) {
        return lines.stream().filter(line -> line.contains(text)).findFirst();
    }

    /** Waits for its end; its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + String.join("\n", lines));
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
