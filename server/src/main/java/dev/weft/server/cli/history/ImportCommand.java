package dev.weft.server.cli.history;

import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.PublishOptions;
import dev.weft.server.cli.publish.LinePublisher;
import dev.weft.server.cli.publish.LineSource;
import dev.weft.server.cli.publish.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft import}: a file of lines into the journal. */
@Command(
        name = "import",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Publishes the lines of an export, or events as lines.",
            "Ids stay, so a repetition does no harm as long as the server remembers them (the last 65,536); sequence and"
                    + " time are given anew, and the former time becomes occurred_at where there is none.",
            "From a FILE it can be stopped and started again, also after a kill: how far it came for this server stands"
                    + " in FILE.imported. When the file has grown, only what is new is imported."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is in the journal",
            "1:lines were refused (which, on standard error); all others are in the journal",
            "2:wrong usage",
            "3:no answer in time; run it again to go on"
        },
        footer = {
            "",
            "Examples:",
            "  weft import events.ndjson",
            "  zstd -dc events.ndjson.zst | weft import -"
        })
public final class ImportCommand implements Callable<Integer> {
    private static final int BUFFER_LENGTH = 1 << 20;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "What to import; - for standard input.")
    private String file = "";

    @Option(
            names = "--from-start",
            description = "From the first line on, whatever was imported before.")
    private boolean isFromStart;

    @Mixin private PublishOptions options = new PublishOptions();

    /** For picocli. */
    public ImportCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        final BufferedReader lines = open();
        final Progress progress = new Progress(err(), !options.isQuiet() && Terminal.isError());
        try (lines) {
            final ImportState state =
                    file.equals("-") ? null : ImportState.of(Path.of(file), options.url());
            final long skipped = state == null || isFromStart ? 0 : skip(lines, state);
            new LinePublisher(options.client(), progress, new Source(state), err())
                    .publishAll(lines, skipped);
        } catch (final IOException | UncheckedIOException ex) {
            progress.clearLine();
            err().println("weft import: " + ex.getMessage());
            return ExitCodes.UNREACHABLE;
        } finally {
            progress.end();
            if (!options.isQuiet()) {
                out().println(progress.summary());
            }
            out().flush();
            err().flush();
        }
        return progress.rejectedCount() == 0 ? 0 : ExitCodes.REFUSED;
    }

    private BufferedReader open() {
        if (file.equals("-")) {
            return new BufferedReader(
                    new InputStreamReader(System.in, StandardCharsets.UTF_8), BUFFER_LENGTH);
        }
        try {
            return new BufferedReader(
                    new InputStreamReader(
                            Files.newInputStream(Path.of(file)), StandardCharsets.UTF_8),
                    BUFFER_LENGTH);
        } catch (final NoSuchFileException ex) {
            throw new ParameterException(spec.commandLine(), "there is no file " + file, ex);
        } catch (final IOException ex) {
            throw new ParameterException(
                    spec.commandLine(), "cannot read " + file + ": " + Problems.reason(ex), ex);
        }
    }

    /** Passes over the lines that are done. */
    private long skip(final BufferedReader lines, final ImportState state) throws IOException {
        String last = "";
        for (long number = 0; number < state.lines(); number++) {
            final String line = lines.readLine();
            if (line == null) {
                throw changed();
            }
            last = line;
        }
        if (state.lines() > 0 && !state.isLastLine(last)) {
            throw changed();
        }
        return state.lines();
    }

    private ParameterException changed() {
        return new ParameterException(
                spec.commandLine(),
                file
                        + " is not the file that was imported before (see "
                        + file
                        + ".imported); --from-start imports it from its first line on");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Remembers how far it came. */
    private static final class Source implements LineSource {
        private final @Nullable ImportState state;

        Source(final @Nullable ImportState state) {
            this.state = state;
        }

        @Override
        public @Nullable String event(final String line, final long number) {
            return ImportLine.event(line, number);
        }

        @Override
        public void onDone(final long number, final String line) {
            final ImportState kept = state;
            if (kept == null) {
                return;
            }
            try {
                kept.done(number, line);
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
