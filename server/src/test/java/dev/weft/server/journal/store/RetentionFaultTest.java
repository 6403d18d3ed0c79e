package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.server.journal.DeletionProbe;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.retention.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Deletion that is refused, and deletion that a kill ends. */
@Tag("slow")
class RetentionFaultTest {
    private static final int HOURS = 6;
    private static final int PER_HOUR = JournalChild.EVENTS_PER_HOUR;
    private static final int REFUSALS = 5;

    @TempDir private Path base;
    private long nowNs;

    private JournalConfig config(final Path directory) {
        return JournalHarness.small(directory)
                .nanoClock(() -> nowNs)
                .retention(new RetentionLimits(0, 0, 1, 0)); // all but the last hour
    }

    private void keepHouse(final JournalHarness harness) {
        nowNs += TimeUnit.SECONDS.toNanos(2);
        harness.journal.doHousekeeping();
    }

    @Test
    void shouldTryAgainToDeleteAndTellARefusalOnce() throws IOException {
        final Path directory = base.resolve("journal");
        final ListAppender<ILoggingEvent> log = new ListAppender<>();
        final Logger logger = (Logger) LoggerFactory.getLogger(Retention.class);
        log.start();
        logger.addAppender(log);
        try (JournalHarness harness = new JournalHarness(config(directory))) {
            harness.appendHours(HOURS, PER_HOUR);
            final Path refused = Directories.rollFiles(directory).get(1);
            refuseToDelete(refused);
            for (int i = 0; i < REFUSALS; i++) {
                keepHouse(harness);
                assertThat(harness.journal.oldestSequence())
                        .as("readers are told at once")
                        .isEqualTo((HOURS - 1) * PER_HOUR + 1);
                assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
                assertThat(harness.journal.retention().files()).isEqualTo(1);
                assertThat(Directories.rollFiles(directory))
                        .as("those behind it wait")
                        .hasSize(HOURS - 1);
            }
            assertThat(errors(log)).hasSize(1);
            allowToDelete(refused);
            keepHouse(harness);
            assertThat(Directories.rollFiles(directory)).hasSize(1);
            assertThat(harness.journal.retention().files()).isEqualTo(HOURS - 1);

            final int before = errors(log).size();
            assertThat(before).isEqualTo(1);
            harness.clockUs += JournalHarness.HOUR_US;
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
            harness.journal.force();
            refuseToDelete(Directories.rollFiles(directory).get(0));
            keepHouse(harness);
            assertThat(errors(log)).as("a new refusal is told anew").hasSize(2);
            allowToDelete(Directories.rollFiles(directory).get(0));
        } finally {
            logger.detachAppender(log);
        }
    }

    private static List<ILoggingEvent> errors(final ListAppender<ILoggingEvent> log) {
        return log.list.stream().filter(event -> event.getLevel() == Level.ERROR).toList();
    }

    /** Puts a directory that is not empty in its place: nobody unlinks that, not even root. */
    private void refuseToDelete(final Path file) throws IOException {
        Files.move(file, base.resolve("aside"));
        Files.createDirectories(file.resolve("entry"));
    }

    private void allowToDelete(final Path file) throws IOException {
        Files.delete(file.resolve("entry"));
        Files.delete(file);
        Files.move(base.resolve("aside"), file);
    }

    @ParameterizedTest
    @EnumSource(DeletionProbe.Step.class)
    void shouldStartSoundlyAfterAProcessIsKilledInADeletion(final DeletionProbe.Step step)
            throws Exception {
        final Path directory = base.resolve("journal");
        final JournalChild.Ended ended =
                JournalChild.run(
                        List.of(),
                        directory,
                        "3", // in the third of five deletions
                        JournalChild.DELETE + step,
                        Integer.toString(HOURS));
        assertThat(ended.exitCode()).as(ended.output()).isEqualTo(JournalChild.KILLED);
        assertThat(ended.appendedSequence()).isEqualTo(HOURS * PER_HOUR);
        try (JournalHarness harness = new JournalHarness(config(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.report.gaps()).isEmpty();
            assertThat(harness.report.skipped()).isNull();
            final long oldest = harness.journal.oldestSequence();
            assertThat(harness.journal.nextSequence()).isEqualTo(HOURS * PER_HOUR + 1);
            final JournalHarness.Seen seen = harness.readFrom(oldest);
            assertThat(seen.gaps).isEmpty();
            assertThat(seen.events).isEqualTo(HOURS * PER_HOUR - oldest + 1);
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo((HOURS - 1) * PER_HOUR + 1);
            assertThat(Directories.rollFiles(directory)).hasSize(1);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
        }
    }
}
