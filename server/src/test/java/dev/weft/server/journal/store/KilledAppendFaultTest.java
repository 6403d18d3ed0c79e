package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process is stopped between two steps of an append: nothing that was told is lost. */
@Tag("slow")
class KilledAppendFaultTest {
    private static final int RESTARTS = 20;
    private static final int EVENTS_PER_BLOCK = 3;
    private static final long READY_MS_MAX = 3_000;

    @TempDir Path base;

    @ParameterizedTest(name = "{0}, {1} hours between blocks")
    @CsvSource({
        "BEFORE_COPY, 0", "AFTER_COPY, 0", "AFTER_COMMIT, 0", "BEFORE_VISIBLE, 0",
        "AFTER_VISIBLE, 0", "BEFORE_COPY, 1", "AFTER_COPY, 1", "AFTER_COMMIT, 1",
        "BEFORE_VISIBLE, 1",
    })
    void shouldKeepWhatWasToldWhenKilledInAnAppend(final String step, final int hours)
            throws Exception {
        final Path directory = base.resolve("journal");
        final JournalChild.Ended ended =
                JournalChild.run(List.of(), directory, "7", step, Integer.toString(hours));
        assertThat(ended.exitCode()).as(ended.output()).isEqualTo(JournalChild.HALTED);
        assertThat(ended.appendedSequence()).isEqualTo(6 * EVENTS_PER_BLOCK);
        shouldGoOnAfter(directory, ended.appendedSequence());
    }

    @Test
    void shouldBeWritableAgainAfterEachKillAsPidOne() throws Exception {
        final List<String> namespace = List.of("unshare", "--pid", "--fork", "--mount-proc");
        Assumptions.assumeTrue(canRun(namespace), "needs root for a PID namespace");
        final Path directory = base.resolve("journal");
        final List<Long> readyMs = new ArrayList<>();
        long told = 0;
        for (int i = 0; i < RESTARTS; i++) {
            final JournalChild.Ended ended =
                    JournalChild.run(namespace, directory, "5", "AFTER_COPY", "0");
            assertThat(ended.exitCode()).as(ended.output()).isEqualTo(JournalChild.HALTED);
            readyMs.add(ended.readyMs());
            assertThat(ended.appendedSequence()).isEqualTo(told + 4 * EVENTS_PER_BLOCK);
            told = ended.appendedSequence();
        }
        Collections.sort(readyMs);
        assertThat(readyMs.get(RESTARTS / 2)).isLessThan(READY_MS_MAX);
        shouldGoOnAfter(directory, told);
    }

    @Test
    void shouldRefuseASecondProcessAtOnce() throws Exception {
        final Path directory = base.resolve("journal");
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.append(1, 100);
            final JournalChild.Ended ended =
                    JournalChild.run(List.of(), directory, "5", "NONE", "0");
            assertThat(ended.exitCode()).as(ended.output()).isEqualTo(JournalChild.REFUSED);
            assertThat(ended.output())
                    .contains("journal is in use by another process")
                    .contains("pid=" + ProcessHandle.current().pid());
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
        }
    }

    private static void shouldGoOnAfter(final Path directory, final long told) {
        final JournalConfig config = JournalHarness.small(directory);
        long head = told;
        for (int run = 0; run < 2; run++) {
            try (JournalHarness harness = new JournalHarness(config)) {
                assertThat(harness.report.damage()).isEmpty();
                assertThat(harness.report.skipped()).isNull();
                final long found = harness.journal.appendedSequence();
                assertThat(found).isBetween(head, head + EVENTS_PER_BLOCK);
                assertThat(harness.append(2, 50)).isEqualTo(Journal.APPENDED);
                head = harness.journal.appendedSequence();
                final JournalHarness.Seen seen = harness.readFrom(1);
                assertThat(seen.gaps).isEmpty();
                assertThat(seen.events).isEqualTo(head);
            }
        }
    }

    private boolean canRun(final List<String> wrapper) throws InterruptedException {
        final List<String> command = new ArrayList<>(wrapper);
        command.add("true");
        try {
            final Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Files.createTempFile(base, "out", "").toFile())
                            .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException ex) {
            return false;
        }
    }
}
