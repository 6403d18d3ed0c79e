package dev.weft.server.cli.history;

import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.Backoff;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.RetryOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft export}: history as a file of lines. */
@Command(
        name = "export",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Writes events as lines, an envelope each, the oldest first.",
            "Into a FILE it can be stopped and started again, also after a kill: it goes on behind the last whole line,"
                    + " with the same filters given. Run later once more, it adds what is new. Without a FILE it writes"
                    + " to standard output. What cannot be had any more stands there as {\"weft.gap\":{…}}."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything up to the newest event of its start is written",
            "1:the server refused it",
            "2:wrong usage",
            "3:no success in time; run it again to go on"
        },
        footer = {
            "",
            "Examples:",
            "  weft export events.ndjson",
            "  weft export jobs.ndjson --subject 'job/*' --since 1d",
            "  weft export | zstd > events.ndjson.zst"
        })
public final class ExportCommand implements Callable<Integer> {
    private static final int PIECE_LENGTH = 256 * 1024;
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(5);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to write, and to go on; default: standard output.")
    private @Nullable Path file;

    @Mixin private HistoryOptions history = new HistoryOptions();

    @Mixin private RetryOptions retry = new RetryOptions();

    @Mixin private ClientOptions options = new ClientOptions();

    /** For picocli. */
    public ExportCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        final ExportFile target = file == null ? null : open(file);
        final LineProgress progress =
                new LineProgress(err(), "exported", !retry.isQuiet() && Terminal.isError());
        try {
            if (target == null) {
                toOutput(progress);
            } else {
                toFile(target, progress);
            }
            return 0;
        } catch (final RefusedException ex) {
            progress.end();
            err().println("weft export: " + ex.getMessage());
            return ExitCodes.REFUSED;
        } catch (final IOException ex) {
            progress.end();
            err().println("weft export: " + Problems.reason(ex));
            return ExitCodes.UNREACHABLE;
        } finally {
            progress.end();
            if (!retry.isQuiet() && file != null) {
                out().println(progress.summary());
            }
            out().flush();
            err().flush();
        }
    }

    /** What is written cannot be taken back, so there is one attempt. */
    private void toOutput(final LineProgress progress) throws IOException, InterruptedException {
        final OutputStream out = System.out;
        copy(
                options.client(),
                history.after(),
                progress,
                (bytes, length) -> out.write(bytes, 0, length));
        out.flush();
    }

    private void toFile(final ExportFile target, final LineProgress progress)
            throws IOException, InterruptedException {
        final HttpClient client = options.client();
        final Backoff backoff = new Backoff(RandomGenerator.getDefault());
        try (target) {
            long deadlineNs = deadlineNs();
            while (true) {
                final long before = target.lastSequence();
                try {
                    copy(
                            client,
                            before == 0 ? history.after() : Long.valueOf(before),
                            progress,
                            (bytes, length) -> target.write(ByteBuffer.wrap(bytes, 0, length)));
                    return;
                } catch (final RefusedException ex) {
                    throw ex;
                } catch (final IOException ex) {
                    if (target.lastSequence() > before) {
                        backoff.succeeded();
                        deadlineNs = deadlineNs();
                    }
                    final long waitMs = backoff.failed();
                    if (System.nanoTime() + waitMs * 1_000_000 - deadlineNs > 0) {
                        throw ex;
                    }
                    Thread.sleep(waitMs);
                }
            }
        }
    }

    private ExportFile open(final Path path) {
        try {
            return ExportFile.open(path);
        } catch (final NoSuchFileException ex) {
            throw new ParameterException(
                    spec.commandLine(),
                    "cannot write " + path + ": there is no such directory",
                    ex);
        } catch (final IOException ex) {
            throw new ParameterException(
                    spec.commandLine(), "cannot write " + path + ": " + Problems.reason(ex), ex);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage(), ex);
        }
    }

    private long deadlineNs() {
        return System.nanoTime() + retry.duration().toNanos();
    }

    /** Takes the bytes of lines, from the beginning of an array. */
    private interface Target {
        void write(byte[] bytes, int length) throws IOException;
    }

    private void copy(
            final HttpClient client,
            final @Nullable Long from,
            final LineProgress progress,
            final Target target)
            throws IOException, InterruptedException {
        final HttpResponse<InputStream> answer =
                client.send(
                        options.request(history.path("/events", from).toString())
                                .header("Accept", "application/x-ndjson")
                                .build(),
                        BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                final String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                final String message = answer.statusCode() + " " + Problems.detail(text);
                if (answer.statusCode() == 429 || answer.statusCode() / 100 == 5) {
                    throw new IOException(message); // may be better in a moment
                }
                throw new RefusedException(message);
            }
            progress.target(head(client));
            final byte[] piece = new byte[PIECE_LENGTH];
            for (int length = body.read(piece); length >= 0; length = body.read(piece)) {
                target.write(piece, length);
                progress.bytes(piece, length);
            }
        }
    }

    /** Newest sequence, to know how much there is to come; 0 if that cannot be told. */
    private long head(final HttpClient client) throws InterruptedException {
        try {
            return Problems.json(
                            client.send(
                                            options.request("/health")
                                                    .timeout(HEAD_TIMEOUT)
                                                    .build(),
                                            BodyHandlers.ofString())
                                    .body())
                    .path("head")
                    .asLong(0);
        } catch (final IOException ex) {
            return 0;
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
