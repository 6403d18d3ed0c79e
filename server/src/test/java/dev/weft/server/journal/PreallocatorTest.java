package dev.weft.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreallocatorTest {
    private static final long MIB = 1024 * 1024;
    @TempDir Path directory;
    private long free = 100 * MIB;
    private long nowNs;

    private JournalConfig config() {
        final JournalConfig config = JournalHarness.small(directory);
        config.freeBytesMin = 10 * MIB;
        config.nanoClock = () -> nowNs;
        config.freeSpace =
                new FreeSpace() {
                    @Override
                    public long usableBytes() {
                        return free;
                    }

                    @Override
                    public long totalBytes() {
                        return 1_000 * MIB;
                    }
                };
        return config;
    }

    @Test
    void shouldStopBelowTheThresholdAndGoOnOnlyAboveTwiceIt() {
        try (JournalHarness harness = new JournalHarness(config())) {
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
            assertThat(harness.journal.state()).isEqualTo(Journal.State.WRITABLE);
            free = 10 * MIB - 1;
            tick(harness);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.DISK_FULL);
            assertThat(harness.journal.freeBytes()).isEqualTo(free);
            free = 20 * MIB - 1;
            tick(harness);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.DISK_FULL);
            free = 20 * MIB;
            tick(harness);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
        }
    }

    @Test
    void shouldOnlyRollWhenTheNextFileIsThere() {
        try (JournalHarness harness = new JournalHarness(config())) {
            harness.append(1, 100);
            final long nextHour = harness.clockUs + JournalHarness.HOUR_US;
            final Path prepared = directory.resolve("20261120-11F.precreated");
            assertThat(harness.journal.admit(200, 1, nextHour)).isEqualTo(Journal.BACK_PRESSURED);
            assertThat(harness.journal.needsHousekeeping()).isTrue();
            assertThat(prepared).doesNotExist();
            harness.journal.doHousekeeping();
            assertThat(prepared).exists();
            assertThat(harness.journal.admit(200, 1, nextHour)).isEqualTo(Journal.APPENDED);
            final long hourAfter = nextHour + JournalHarness.HOUR_US; // and then it is not used
            assertThat(harness.journal.admit(200, 1, hourAfter)).isEqualTo(Journal.BACK_PRESSURED);
            harness.journal.doHousekeeping();
            assertThat(prepared).doesNotExist();
            harness.clockUs = hourAfter;
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
            assertThat(harness.readFrom(1).events).isEqualTo(2);
        }
        assertThat(Files.exists(directory.resolve("20261120-12F.cq4"))).isTrue();
    }

    @Test
    void shouldRefuseToRollWithoutSpaceForTheNextFile() {
        try (JournalHarness harness = new JournalHarness(config())) {
            harness.append(1, 100);
            free = 10 * MIB + 1;
            harness.clockUs += JournalHarness.HOUR_US;
            assertThat(harness.append(1, 100)).isEqualTo(Journal.DISK_FULL);
            free = 100 * MIB;
            tick(harness);
            assertThat(harness.append(1, 100)).isEqualTo(Journal.APPENDED);
        }
    }

    @Test
    void shouldNotTakeAnAppenderThatIsAheadForAFullDisk() throws IOException {
        final int cycle = RollCycleNames.cycleOf(JournalHarness.START_US);
        final Path path = directory.resolve(RollCycleNames.fileName(cycle));
        final Preallocator preallocator = Preallocator.open(config(), new RollFile(cycle, path, 0));
        final long end = 30 * MIB; // further than one step of the house-keeper
        assertThat(preallocator.admit(cycle, end, 100)).isEqualTo(Journal.BACK_PRESSURED);
        for (int i = 0; i < 5; i++) {
            preallocator.doWork();
            assertThat(preallocator.isDiskFull()).isFalse();
        }
        assertThat(preallocator.admit(cycle, end, 100)).isEqualTo(Journal.APPENDED);
        preallocator.close();
    }

    private void tick(final JournalHarness harness) {
        nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        harness.journal.doHousekeeping();
    }
}
