package dev.weft.server.cli.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.cli.CommandRun;
import dev.weft.server.cli.Problems;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.OpenedJournal;
import dev.weft.server.journal.store.Journals;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class JournalCommandsTest {
    @TempDir private Path directory;

    @Test
    void shouldCallAJournalThatWasJustMadeWhole() {
        make();

        final CommandRun run = CommandRun.of(new VerifyCommand(), directory.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("whole: 0 events");
    }

    @Test
    void shouldShowAJournalToPeopleAndToPrograms() {
        make();

        final CommandRun people = CommandRun.of(new InspectCommand(), directory.toString());
        final JsonNode programs =
                Problems.json(
                        CommandRun.of(new InspectCommand(), "--json", directory.toString()).out());

        assertThat(people.out())
                .contains("state      stopped cleanly at 0; sequences reserved up to");
        assertThat(programs.path("state").path("clean_stop").asBoolean()).isTrue();
        assertThat(programs.path("files").isArray()).isTrue();
    }

    @Test
    void shouldRefuseADirectoryWithoutAJournal() {
        assertThat(CommandRun.of(new VerifyCommand(), directory.toString()).exitCode())
                .isEqualTo(2);
        assertThat(
                        CommandRun.of(new InspectCommand(), directory.resolve("no").toString())
                                .exitCode())
                .isEqualTo(2);
    }

    private void make() {
        final OpenedJournal opened = Journals.open(JournalConfig.of(directory));
        opened.journal().doHousekeeping();
        opened.journal().close();
    }
}
