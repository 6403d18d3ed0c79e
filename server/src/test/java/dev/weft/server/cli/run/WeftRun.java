package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.server.harness.ChildServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code weft run} in a process of its own, as a shell starts it; its outputs go to files. */
final class WeftRun implements AutoCloseable {
    private static final int PATIENCE_S = 40;

    private final Process process;
    private final Path out;
    private final Path err;

    private WeftRun(final Process process, final Path out, final Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts one.
     *
     * @param base where the spool and the files are.
     * @param socket of the server, which need not be there.
     */
    static WeftRun start(final Path base, final Path socket, final String... arguments)
            throws IOException {
        final List<String> words = ChildServer.java();
        words.addAll(List.of("dev.weft.server.WeftMain", "run"));
        words.addAll(List.of("--unix-socket", socket.toString()));
        words.addAll(List.of("--spool", base.resolve("spool").toString()));
        words.addAll(List.of(arguments));
        final Path out = Files.createTempFile(base, "out", "");
        final Path err = Files.createTempFile(base, "err", "");
        return new WeftRun(
                new ProcessBuilder(words)
                        .directory(base.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start(),
                out,
                err);
    }

    /** What its command reads. */
    void input(final String text) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(text.getBytes(UTF_8));
        }
    }

    byte[] out() throws IOException {
        return Files.readAllBytes(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    int exitCode() throws InterruptedException, IOException {
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + err());
        }
        return process.exitValue();
    }

    void signal(final String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -s " + name + " " + process.pid()).start().waitFor();
    }

    /** Spools that have something in them. */
    static List<Path> spools(final Path base) throws IOException {
        final Path root = base.resolve("spool");
        if (!Files.exists(root)) {
            return List.of();
        }
        try (var entries = Files.list(root)) {
            return new ArrayList<>(entries.toList());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
