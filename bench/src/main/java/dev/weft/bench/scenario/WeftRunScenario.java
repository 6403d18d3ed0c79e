package dev.weft.bench.scenario;

import dev.weft.bench.report.Goal;
import dev.weft.bench.report.Picture;
import dev.weft.bench.report.Question;
import dev.weft.bench.report.Report;
import dev.weft.bench.report.Round;
import dev.weft.bench.rig.Measure;
import dev.weft.bench.rig.Product;
import dev.weft.bench.rig.Scenario;
import dev.weft.bench.server.Contender;
import dev.weft.bench.server.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code weft run} around a command that prints very much: from the start of {@code weft run} to
 * its end, when everything is in the journal. Afterwards the output is put together again from the
 * events and compared with what was printed, byte by byte.
 */
public final class WeftRunScenario implements Scenario {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LINE_LENGTH = 100;
    private static final int SAMPLE_MS = 20;
    private static final long ROUND_MAX_S = 240;

    private final Product product;
    private final long length;

    /**
     * @param length what is printed, in bytes.
     */
    public WeftRunScenario(final Product product, final long length) {
        this.product = product;
        this.length = length;
    }

    @Override
    public Question question() {
        return new Question(
                "weft-run",
                ("`weft run` around a command that prints %,d bytes of text, lines of %d, and does nothing"
                                + " else (`cat` of a file in the page cache), to /dev/null and as a job to a server"
                                + " on the same machine. From the start of `weft run`, its JVM included, to its"
                                + " end, when all is in the journal. Afterwards the recorded output is read back and"
                                + " compared.")
                        .formatted(length, LINE_LENGTH),
                "",
                List.of(
                        Goal.atLeast("MB/s", "MB", 100),
                        Goal.atMost("weft run, largest resident memory, MB", "MB", 256)),
                List.of(Picture.rounds("MB/s")));
    }

    /** Others have no such command. */
    @Override
    public boolean suits(final Contender contender) {
        return contender.name().equals(Report.PRODUCT);
    }

    @Override
    public Round round(final ServerProcess server, final int number) throws IOException {
        final Measure measure = new Measure(server, number);
        product.inFolder(folder -> run(server, measure, folder));
        return measure.round();
    }

    private void run(final ServerProcess server, final Measure measure, final Path folder)
            throws IOException {
        final Path text = folder.resolve("text");
        final long printed = write(text);
        final String job = UUID.randomUUID().toString();
        measure.start();
        final Process process = start(server, folder, job, text);
        final long memory = watch(process);
        measure.stop();
        if (process.exitValue() != 0) {
            measure.violation(
                    "exit code "
                            + process.exitValue()
                            + ": "
                            + Files.readString(folder.resolve("err")));
        }
        measure.value("MB/s", length / measure.seconds() / 1e6);
        measure.value("weft run, largest resident memory, MB", memory / 1e6);
        measure.value("server CPU per MB, ms", measure.cpuSeconds() * 1e9 / length);
        compare(server, measure, job, printed);
    }

    private long write(final Path text) throws IOException {
        final CRC32C check = new CRC32C();
        final StringBuilder line = new StringBuilder();
        try (var out = Files.newOutputStream(text)) {
            final int linesAtOnce = 10_000;
            for (long at = 0; at < length; ) {
                line.setLength(0);
                for (int i = 0; i < linesAtOnce; i++) {
                    line.append("line %12d ".formatted(at / LINE_LENGTH + i));
                    line.append("x".repeat(LINE_LENGTH - 19)).append('\n');
                }
                final byte[] bytes = line.toString().getBytes(StandardCharsets.US_ASCII);
                final int count = (int) Math.min(bytes.length, length - at);
                out.write(bytes, 0, count);
                check.update(bytes, 0, count);
                at += count;
            }
        }
        return check.getValue();
    }

    private Process start(
            final ServerProcess server, final Path folder, final String job, final Path text)
            throws IOException {
        final List<String> command =
                product.program("run", "--url", "http://127.0.0.1:" + server.port());
        command.addAll(List.of("--spool", folder.resolve("spool").toString()));
        command.addAll(List.of("--job", "bench", "--job-id", job, "--", "cat", text.toString()));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    /** Waits for its end; the most memory that was resident. */
    private static long watch(final Process process) throws IOException {
        long most = 0;
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ROUND_MAX_S);
        try {
            while (!process.waitFor(SAMPLE_MS, TimeUnit.MILLISECONDS)) {
                most = Math.max(most, resident(process.pid()));
                if (System.nanoTime() - deadline > 0) {
                    process.destroyForcibly();
                    throw new IOException("weft run did not end in " + ROUND_MAX_S + " s");
                }
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
        return most;
    }

    private static long resident(final long pid) throws IOException {
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (final NoSuchFileException ex) {
            // It has just ended.
        }
        return 0;
    }

    private void compare(
            final ServerProcess server, final Measure measure, final String job, final long printed)
            throws IOException {
        final HttpURLConnection connection =
                (HttpURLConnection)
                        URI.create(
                                        "http://127.0.0.1:%d/events?subject=job/%s&type=step.output"
                                                .formatted(server.port(), job))
                                .toURL()
                                .openConnection();
        connection.setRequestProperty("Accept", "application/x-ndjson");
        final CRC32C check = new CRC32C();
        long read = 0;
        long events = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                connection.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final JsonNode chunk = JSON.readTree(line).path("event").path("data").path("chunk");
                final byte[] bytes = chunk.asString("").getBytes(StandardCharsets.UTF_8);
                check.update(bytes);
                read += bytes.length;
                events++;
            }
        }
        measure.count("events of output", events);
        measure.count("bytes of output recorded", read);
        if (read != length || check.getValue() != printed) {
            measure.violation("recorded %,d of %,d bytes, or others".formatted(read, length));
        }
    }
}
