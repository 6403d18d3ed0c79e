package dev.weft.server.journal.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.weft.server.journal.FreeSpace;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.store.JournalHarness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreallocatorTest {
    private static final long MIB = 1024 * 1024;
    private static final int CYCLE = RollCycleNames.cycleOf(JournalHarness.START_US);
    @TempDir Path directory;
    private long free = 100 * MIB;
    private long nowNs;
    private Runnable onFreeAsked = () -> {};

    private JournalConfig config() {
        final JournalConfig config = JournalHarness.small(directory);
        config.freeBytesMin(10 * MIB);
        config.nanoClock(() -> nowNs);
        config.freeSpace(
                new FreeSpace() {
                    @Override
                    public long usableBytes() {
                        onFreeAsked.run();
                        return free;
                    }

                    @Override
                    public long totalBytes() {
                        return 1_000 * MIB;
                    }
                });
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
    void shouldRestWhileThereIsTooLittleSpaceForTheLookAhead() throws IOException {
        final int cycle = RollCycleNames.cycleOf(JournalHarness.START_US);
        final Path path = directory.resolve(RollCycleNames.fileName(cycle));
        final JournalConfig config = config();
        config.preallocateMin(4 * MIB);
        final Preallocator preallocator = Preallocator.open(config, new RollFile(cycle, path, 0));
        final long start = MIB;
        preallocator.current().file().dataEnd(preallocator.current().allocatedUpTo() - start);
        free = 10 * MIB + 1;
        nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        assertThat(preallocator.doWork()).isEqualTo(1);
        assertThat(preallocator.needsWork()).as("at once again").isFalse();
        assertThat(preallocator.doWork()).isZero();
        assertThat(preallocator.space().isFull()).isFalse();
        final long end = preallocator.current().allocatedUpTo() - start;
        assertThat(preallocator.admit(cycle, end, 100)).isEqualTo(Journal.APPENDED);
        free = 100 * MIB;
        nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        preallocator.doWork();
        assertThat(preallocator.current().allocatedUpTo()).isGreaterThan(end + start);
        preallocator.close();
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
            assertThat(preallocator.space().isFull()).isFalse();
        }
        assertThat(preallocator.admit(cycle, end, 100)).isEqualTo(Journal.APPENDED);
        preallocator.close();
    }

    @Test
    void shouldLeaveAFileAloneThatIsFinishedWhileItIsExtended() throws IOException {
        final Path path = directory.resolve(RollCycleNames.fileName(CYCLE));
        Files.createFile(path);
        final Preallocator preallocator = Preallocator.open(config(), new RollFile(CYCLE, path, 0));
        assertThat(preallocator.admit(CYCLE, 30 * MIB, 100)).isEqualTo(Journal.BACK_PRESSURED);
        preallocator.current().finish(100);
        assertTimeoutPreemptively(Duration.ofSeconds(20), preallocator::doWork);
        assertThat(Files.size(path)).isEqualTo(100);
        preallocator.close();
    }

    @Test
    void shouldNotCallTheDiskFullForAFileThatTheAppenderHasLeft() throws IOException {
        final Path path = directory.resolve(RollCycleNames.fileName(CYCLE));
        Files.createFile(path);
        final Preallocator preallocator = Preallocator.open(config(), new RollFile(CYCLE, path, 0));
        assertThat(preallocator.admit(CYCLE + 1, 0, 100)).isEqualTo(Journal.BACK_PRESSURED);
        preallocator.doWork(); // prepares the next one
        assertThat(preallocator.admit(CYCLE, 30 * MIB, 100)).isEqualTo(Journal.BACK_PRESSURED);
        final ActiveFile left = preallocator.current();
        left.channel().close(); // so that extending it fails
        final AtomicInteger asked = new AtomicInteger();
        onFreeAsked =
                () -> {
                    if (asked.incrementAndGet() == 2) { // that is after the failure
                        preallocator.roll();
                    }
                };
        preallocator.doWork();
        assertThat(preallocator.current()).isNotSameAs(left);
        assertThat(preallocator.space().isFull()).isFalse();
        preallocator.close();
    }

    @Test
    void shouldExtendThePreparedFileForALargeFirstBlock() {
        final JournalConfig config = config();
        config.blockSize(16 * MIB);
        final JournalHarness[] running = new JournalHarness[1];
        config.clockUs(() -> running[0] == null ? JournalHarness.START_US : running[0].clockUs);
        try (JournalHarness harness = new JournalHarness(config)) {
            running[0] = harness;
            harness.clockUs += JournalHarness.HOUR_US - TimeUnit.SECONDS.toMicros(1);
            harness.append(1, 100);
            tick(harness); // the next hour is near: its file is prepared
            assertThat(directory.resolve("20261120-11F.precreated")).exists();
            tick(harness); // and nothing moves any more
            harness.clockUs += TimeUnit.SECONDS.toMicros(2);
            for (int i = 0; i < 3; i++) {
                if (harness.journal.admit((int) (2 * MIB), 1, harness.clockUs)
                        == Journal.APPENDED) {
                    break;
                }
                harness.journal.doHousekeeping();
            }
            assertThat(harness.journal.admit((int) (2 * MIB), 1, harness.clockUs))
                    .isEqualTo(Journal.APPENDED);
            assertThat(harness.append(1, (int) (2 * MIB))).isEqualTo(Journal.APPENDED);
        }
    }

    @Test
    void shouldKeepARecordOfChronicleThatComesBehindTheLastBlock() throws IOException {
        final Path path = directory.resolve("20261120-10F.cq4");
        final ByteBuffer bytes = ByteBuffer.allocate(400_000).order(ByteOrder.LITTLE_ENDIAN);
        final int page = 100_000;
        bytes.putInt(1_000, page | RecordHeader.METADATA); // an index page
        final int end = 1_000 + RecordHeader.LENGTH + page;
        bytes.putInt(end, RecordHeader.END_OF_FILE);
        Files.write(path, bytes.array());
        final RollFile file = new RollFile(1, path, 1_000 + RecordHeader.LENGTH);
        ZeroedFiles.finish(new ActiveFile(file, channel(path), 400_000));
        assertThat(Files.size(path)).isBetween(end + 4L, end + 10_000L);

        bytes.putInt(end, 0); // no end mark: then nothing is known about what follows
        Files.write(path, bytes.array());
        ZeroedFiles.finish(new ActiveFile(file, channel(path), 400_000));
        assertThat(Files.size(path)).isEqualTo(400_000);
    }

    @Test
    void shouldNotWriteBehindAFileThatWasFinished() throws IOException {
        final Path path = directory.resolve("20261120-10F.cq4");
        Files.write(path, new byte[100]);
        final ActiveFile active =
                new ActiveFile(new RollFile(1, path, RecordHeader.LENGTH), channel(path), 100);
        active.finish(50);
        assertThat(active.write(ByteBuffer.allocate(10), 100)).isEqualTo(ActiveFile.FINISHED);
        assertThat(Files.size(path)).isEqualTo(50);
    }

    private static FileChannel channel(final Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void tick(final JournalHarness harness) {
        nowNs += TimeUnit.MILLISECONDS.toNanos(100);
        harness.journal.doHousekeeping();
    }
}
