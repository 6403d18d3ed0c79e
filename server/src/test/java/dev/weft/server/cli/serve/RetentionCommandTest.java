package dev.weft.server.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.store.JournalHarness;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RetentionCommandTest {
    private static final int EVENTS = 10; // each of three hours
    @TempDir private Path directory;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(final String... arguments) {
        final CommandLine command = RetentionCommand.commandLine();
        return command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private void make() {
        final JournalConfig config = JournalHarness.small(directory);
        try (JournalHarness harness = new JournalHarness(config)) {
            harness.appendHours(3, EVENTS);
        }
    }

    private List<String> content() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file + " " + file.toFile().lastModified()).sorted().toList();
        }
    }

    @Test
    void shouldShowWhichFilesWouldGoAndWhyAndChangeNothing() throws IOException {
        make();
        final List<String> before = content();

        assertThat(run("--plan", "--data-dir", directory.toString(), "--retention-events", "15"))
                .isZero();

        assertThat(out.toString())
                .containsPattern("20261120-10F.cq4 +1 +10 .*goes: events, there are 15 newer")
                .containsPattern("20261120-11F.cq4 +11 .*stays")
                .contains("1 of 3 files would go")
                .contains("from sequence 11 to 30");
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void shouldSayWhenRetentionIsOff() {
        make();
        assertThat(run("--plan", "--data-dir", directory.toString())).isZero();
        assertThat(out.toString()).contains("retention is off").contains("0 of 3 files would go");
    }

    @Test
    void shouldRefuseWrongSettingsAndADirectoryWithoutAJournal() {
        final String none = directory.toString();
        assertThat(run("--plan", "--data-dir", none, "--retention-age", "7")).isEqualTo(2);
        assertThat(err.toString()).contains("retention-age: \"7\" is not a time with unit");
        assertThat(run("--plan", "--data-dir", none)).isEqualTo(2);
        assertThat(err.toString()).contains("no journal there");
        assertThat(run("--data-dir", none)).isEqualTo(2);
        assertThat(err.toString()).contains("--plan");
    }
}
