package dev.weft.server.cli.journal;

import dev.weft.server.journal.store.JournalInspection;
import dev.weft.server.journal.store.JournalInspection.BlockListener;
import dev.weft.server.journal.store.JournalInspection.Facts;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The directory that the offline commands look at. */
final class JournalDirectory {
    @Spec(Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "DIRECTORY",
            defaultValue = "${env:WEFT_DATA_DIR:-${env:DATA_DIR:-data}}",
            description = "The server's data directory (default: WEFT_DATA_DIR, else data).")
    private Path directory = Path.of("data");

    Path path() {
        return directory;
    }

    Facts inspect(final BlockListener listener) throws IOException {
        try {
            return JournalInspection.of(directory, listener);
        } catch (final NoSuchFileException ex) {
            throw new ParameterException(
                    spec.commandLine(), "no journal there: " + ex.getMessage());
        }
    }
}
