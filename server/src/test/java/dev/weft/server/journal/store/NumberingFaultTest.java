package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.journal.FreeSpace;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.recovery.StateFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A start that decided to number on above what may have been given out, and then ends before it
 * appended anything: no later start may fall back behind that decision.
 */
class NumberingFaultTest {
    private static final long DISK = 1L << 40;
    private static final int RUNS = 4;

    @TempDir Path base;
    private int copies;
    private boolean diskFull;
    private long nowNs;

    /** What happened to the journal while nobody looked. */
    enum Loss {
        OTHER_BOOT,
        LAST_FILE_CUT,
        LAST_FILE_GONE,
        LAST_FILE_BROKEN,
        STATE_FILE_GONE,
        ALL_BROKEN_AND_STATE_FILE_GONE
    }

    @ParameterizedTest(name = "{0} cleanStop={1} diskFull={2}")
    @CsvSource({
        "OTHER_BOOT,true,false",
        "OTHER_BOOT,false,false",
        "OTHER_BOOT,true,true",
        "OTHER_BOOT,false,true",
        "LAST_FILE_CUT,true,false",
        "LAST_FILE_CUT,false,false",
        "LAST_FILE_CUT,true,true",
        "LAST_FILE_GONE,true,false",
        "LAST_FILE_GONE,false,false",
        "LAST_FILE_BROKEN,true,false",
        "LAST_FILE_BROKEN,false,true",
        "STATE_FILE_GONE,true,false",
        "STATE_FILE_GONE,false,false",
        "ALL_BROKEN_AND_STATE_FILE_GONE,true,false",
        "ALL_BROKEN_AND_STATE_FILE_GONE,false,false"
    })
    void shouldNotFallBackWhenNothingWasAppended(
            final Loss loss, final boolean cleanStop, final boolean full) throws IOException {
        Path directory = killed();
        final long head = 600;
        apply(loss, directory);
        long next = head + 1;
        for (int run = 0; run < RUNS; run++) {
            final Path left = base.resolve("left" + copies++);
            diskFull = full && run < RUNS - 1;
            try (JournalHarness harness = new JournalHarness(config(directory, loss))) {
                assertThat(harness.journal.nextSequence()).isGreaterThanOrEqualTo(next);
                assertThat(harness.report.skipped())
                        .isEqualTo(
                                new SequenceRange(
                                        harness.journal.appendedSequence() + 1,
                                        harness.journal.nextSequence() - 1));
                assertThat(harness.report.reason()).isNotNull();
                next = harness.journal.nextSequence();
                assertThat(next).isGreaterThan(head + 1);
                if (diskFull) {
                    harness.journal.doHousekeeping();
                    assertThat(harness.append(1, 50)).isEqualTo(Journal.DISK_FULL);
                }
                if (run == RUNS - 1) { // once something is appended all is as usual
                    assertThat(harness.append(1, 50)).isEqualTo(Journal.APPENDED);
                    next++;
                }
                Directories.copy(directory, left);
            }
            directory = cleanStop ? directory : left;
        }
        try (JournalHarness harness = new JournalHarness(config(directory, loss))) {
            assertThat(harness.journal.nextSequence()).isEqualTo(next);
            assertThat(harness.report.skipped()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void shouldNotFallBackWhenTheStartEndedRightAfterTheRepair(final Loss loss) throws IOException {
        final Path directory = killed();
        apply(loss, directory);
        final JournalConfig config = config(directory, loss);
        config.freeSpace(
                new FreeSpace() {
                    @Override
                    public long usableBytes() throws IOException {
                        throw new IOException("killed");
                    }

                    @Override
                    public long totalBytes() {
                        return DISK;
                    }
                });
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> Journals.open(config)).hasRootCauseMessage("killed");
        }
        try (JournalHarness harness = new JournalHarness(config(directory, loss))) {
            assertThat(harness.journal.nextSequence()).isGreaterThan(601);
        }
    }

    @Test
    void shouldKeepTheBoundOverReservationsAndAFailure() throws IOException {
        final Path directory = killed();
        final JournalConfig config = config(directory, Loss.OTHER_BOOT);
        final boolean[] refuses = {false};
        config.forcer(
                channel -> {
                    if (refuses[0]) {
                        throw new IOException("Input/output error");
                    }
                    channel.force(false);
                });
        final long next;
        try (JournalHarness harness = new JournalHarness(config)) {
            next = harness.journal.nextSequence();
            harness.journal.doHousekeeping();
            refuses[0] = true;
            assertThatThrownBy(harness.journal::force).isInstanceOf(JournalException.class);
        }
        refuses[0] = false;
        try (JournalHarness harness = new JournalHarness(config)) {
            assertThat(harness.journal.nextSequence()).isGreaterThanOrEqualTo(next);
        }
    }

    /** A directory with 600 events in three files, as a kill leaves it. */
    private Path killed() throws IOException {
        final Path written = base.resolve("written");
        final Path directory = base.resolve("journal");
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(written))) {
            for (int hour = 0; hour < 3; hour++) {
                for (int i = 0; i < 200; i++) {
                    harness.append(1, 100);
                }
                harness.journal.doHousekeeping();
                harness.clockUs += JournalHarness.HOUR_US;
            }
            Directories.copy(written, directory);
        }
        return directory;
    }

    private void apply(final Loss loss, final Path directory) throws IOException {
        final Path last = Directories.rollFiles(directory).get(2);
        switch (loss) {
            case OTHER_BOOT -> {}
            case LAST_FILE_CUT -> {
                try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
                    channel.truncate(85_000);
                }
            }
            case LAST_FILE_GONE -> Files.delete(last);
            case LAST_FILE_BROKEN -> makeNoise(last);
            case STATE_FILE_GONE -> Files.delete(directory.resolve(StateFile.NAME));
            case ALL_BROKEN_AND_STATE_FILE_GONE -> {
                Files.delete(directory.resolve(StateFile.NAME));
                for (final Path file : Directories.rollFiles(directory)) {
                    makeNoise(file);
                }
            }
        }
    }

    private static void makeNoise(final Path file) throws IOException {
        final byte[] noise = new byte[100_000];
        new SplittableRandom(1).nextBytes(noise);
        Files.write(file, noise);
    }

    private JournalConfig config(final Path directory, final Loss loss) {
        final JournalConfig config = JournalHarness.small(directory);
        if (loss == Loss.OTHER_BOOT) {
            config.bootId(() -> "boot-2");
        }
        config.nanoClock(() -> nowNs += 1_000_000_000); // each look at the free space is due
        config.freeSpace(
                new FreeSpace() {
                    @Override
                    public long usableBytes() {
                        return diskFull ? 0 : DISK;
                    }

                    @Override
                    public long totalBytes() {
                        return DISK;
                    }
                });
        return config;
    }
}
