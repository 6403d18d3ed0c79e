package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.DeletionProbe;
import dev.weft.server.journal.FreeSpace;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.Lease;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.SequenceRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deletion of roll files by one thread that is appender, house-keeper and forcing one in turn. */
class RetentionTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEASE_NS = 60 * SECOND_NS;
    private static final int PER_HOUR = 40; // events
    private static final long MIB = 1024 * 1024;

    @TempDir private Path directory;
    private long nowNs;
    private long clockUs = JournalHarness.START_US;
    private long freeBytes = 1_000 * MIB;

    private JournalConfig config(final Path at, final RetentionLimits limits) {
        return JournalHarness.small(at)
                .retention(limits)
                .nanoClock(() -> nowNs)
                .clockUs(() -> clockUs)
                .freeSpace(
                        new FreeSpace() {
                            @Override
                            public long usableBytes() {
                                return freeBytes;
                            }

                            @Override
                            public long totalBytes() {
                                return 100_000 * MIB;
                            }
                        });
    }

    private static RetentionLimits events(final long events) {
        return new RetentionLimits(0, 0, events, LEASE_NS);
    }

    /** So many hours with {@link #PER_HOUR} events each, the last one being the current hour. */
    private void fill(final JournalHarness harness, final int hours) {
        for (int hour = 0; hour < hours; hour++) {
            harness.clockUs = JournalHarness.START_US + hour * JournalHarness.HOUR_US;
            for (int i = 0; i < PER_HOUR / 4; i++) {
                harness.append(4, 100);
            }
            harness.journal.force();
        }
        clockUs = harness.clockUs;
    }

    private void keepHouse(final JournalHarness harness) {
        nowNs += 2 * SECOND_NS;
        harness.journal.doHousekeeping();
    }

    private int fileCount(final Path at) {
        return Directories.rollFiles(at).size();
    }

    @Test
    void shouldDeleteTheOldestFilesByCount() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            fill(harness, 4);
            assertThat(harness.journal.oldestSequence()).isEqualTo(1);
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(3 * PER_HOUR + 1);
            assertThat(fileCount(directory)).isEqualTo(1);
            assertThat(harness.journal.retention().files()).isEqualTo(3);
            final long bytes = harness.journal.retention().bytes();
            assertThat(bytes).isGreaterThan(3 * 64 * 1024);
            keepHouse(harness);
            assertThat(harness.journal.retention().files()).as("each goes once").isEqualTo(3);
            assertThat(harness.journal.retention().bytes()).isEqualTo(bytes);
            assertThat(harness.journal.retention().overruled()).isZero();
        }
    }

    @Test
    void shouldDeleteByBytesButNeverTheCurrentFile() {
        final RetentionLimits oneByte = new RetentionLimits(0, 1, 0, LEASE_NS);
        try (JournalHarness harness = new JournalHarness(config(directory, oneByte))) {
            fill(harness, 3);
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(1);
            final JournalHarness.Seen seen = harness.readFrom(2 * PER_HOUR + 1);
            assertThat(seen.gaps).isEmpty();
            assertThat(seen.events).isEqualTo(PER_HOUR);
        }
    }

    @Test
    void shouldDeleteByAgeAsTimeGoesByAndNotByAClockThatJumps() {
        final RetentionLimits day = new RetentionLimits(TimeUnit.DAYS.toMicros(1), 0, 0, LEASE_NS);
        try (JournalHarness harness = new JournalHarness(config(directory, day))) {
            fill(harness, 3);
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(3);
            clockUs += TimeUnit.DAYS.toMicros(400); // wrong: no such time has passed
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(3);
            nowNs += TimeUnit.HOURS.toNanos(23) + TimeUnit.MINUTES.toNanos(5);
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(2);
            nowNs += TimeUnit.DAYS.toNanos(30);
            keepHouse(harness);
            assertThat(fileCount(directory)).as("the current one stays").isEqualTo(1);
        }
    }

    @Test
    void shouldTellReadersTheGapAtOnceAndCallItNoDamage() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)));
                JournalReader reader = harness.journal.newReader()) {
            fill(harness, 3);
            final BlockFlyweight view = new BlockFlyweight();
            reader.seek(1);
            assertThat(reader.next(view)).isEqualTo(JournalReader.BLOCK); // it stands in that file
            keepHouse(harness);
            assertThat(reader.next(view)).isEqualTo(JournalReader.GAP);
            assertThat(reader.gapFrom()).isEqualTo(5);
            assertThat(reader.gapTo()).isEqualTo(2 * PER_HOUR);
            assertThat(reader.next(view)).isEqualTo(JournalReader.BLOCK);
            assertThat(view.firstSequence()).isEqualTo(2 * PER_HOUR + 1);
            final JournalHarness.Seen seen = harness.readFrom(1);
            assertThat(seen.gaps).containsExactly(new SequenceRange(1, 2 * PER_HOUR));
            assertThat(seen.events).isEqualTo(PER_HOUR);
            assertThat(harness.journal.damageCount()).isZero();
        }
    }

    @Test
    void shouldWaitForALeaseAsLongAsItLasts() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            fill(harness, 4);
            final Lease lease = harness.journal.newLease();
            lease.need(PER_HOUR + 5); // in the second hour
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(PER_HOUR + 1);
            lease.need(2 * PER_HOUR + 1);
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(2 * PER_HOUR + 1);
            assertThat(harness.journal.retention().overruled()).isZero();
            nowNs += LEASE_NS - 10 * SECOND_NS;
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(2 * PER_HOUR + 1);
            nowNs += 10 * SECOND_NS; // the file could have gone a whole lease ago
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(3 * PER_HOUR + 1);
            assertThat(harness.journal.retention().overruled()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotRenewTheTimeOfAFileForAReaderThatComesAgain() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            fill(harness, 2);
            for (long ns = 0; ns <= LEASE_NS; ns += 2 * SECOND_NS) {
                harness.journal.newLease().need(1); // each time another one
                keepHouse(harness);
            }
            assertThat(harness.journal.oldestSequence()).isEqualTo(PER_HOUR + 1);
        }
    }

    @Test
    void shouldOverruleLeasesWhenSpaceIsShortAndLetPublishingGoOn() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            fill(harness, 2);
            harness.journal.newLease().need(1);
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(2);
            freeBytes = 10 * MIB;
            keepHouse(harness); // notices
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(1);
            assertThat(harness.journal.retention().overruled()).isEqualTo(1);
            freeBytes = 1_000 * MIB; // what the deletion brought
            keepHouse(harness);
            assertThat(harness.append(1, 100)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(DeletionProbe.Step.class)
    void shouldStartSoundlyAfterAKillAtAnyStep(final DeletionProbe.Step killedAt)
            throws IOException {
        final Path running = directory.resolve("running");
        final Path killed = directory.resolve("killed");
        final JournalConfig config = config(running, events(PER_HOUR));
        final int[] left = {2}; // in the second of three deletions
        config.deletionProbe(
                step -> {
                    if (step == killedAt && --left[0] == 0) {
                        copy(running, killed);
                    }
                });
        try (JournalHarness harness = new JournalHarness(config)) {
            fill(harness, 4);
            keepHouse(harness);
        }
        final JournalConfig again = config(killed, events(PER_HOUR));
        try (JournalHarness harness = new JournalHarness(again)) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.report.gaps()).isEmpty();
            assertThat(harness.journal.nextSequence()).isEqualTo(4 * PER_HOUR + 1);
            final long oldest = harness.journal.oldestSequence();
            final JournalHarness.Seen seen = harness.readFrom(oldest);
            assertThat(seen.gaps).isEmpty();
            assertThat(seen.events).isEqualTo(4 * PER_HOUR - oldest + 1);
            harness.clockUs = clockUs;
            keepHouse(harness);
            assertThat(harness.journal.oldestSequence()).isEqualTo(3 * PER_HOUR + 1);
            assertThat(harness.append(1, 100)).isZero();
        }
    }

    private static void copy(final Path from, final Path to) {
        try {
            Directories.copy(from, to);
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    @Test
    void shouldKeepNumberingAndPositionsOverARestart() throws IOException {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            fill(harness, 3);
            keepHouse(harness);
        }
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            assertThat(harness.report.clean()).isTrue();
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.journal.nextSequence()).isEqualTo(3 * PER_HOUR + 1);
            assertThat(harness.journal.oldestSequence()).isEqualTo(2 * PER_HOUR + 1);
            assertThat(harness.readFrom(1).events).isEqualTo(PER_HOUR);
        }
        assertThat(JournalInspection.of(directory, (file, position, block) -> {}).damages())
                .isEmpty();
    }

    @Test
    void shouldGoOnRollingAfterDeletions() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)))) {
            for (int hour = 0; hour < 12; hour++) {
                harness.clockUs = JournalHarness.START_US + hour * JournalHarness.HOUR_US;
                clockUs = harness.clockUs;
                for (int i = 0; i < PER_HOUR / 4; i++) {
                    assertThat(harness.append(4, 100)).isZero();
                }
                harness.journal.force();
                keepHouse(harness);
                assertThat(fileCount(directory)).isLessThanOrEqualTo(2);
            }
            assertThat(harness.readFrom(harness.journal.oldestSequence()).gaps).isEmpty();
        }
    }

    @Test
    void shouldNotDeleteAFileThatIsNotForcedYet() {
        try (JournalHarness harness = new JournalHarness(config(directory, events(1)))) {
            harness.append(4, 100);
            harness.clockUs += JournalHarness.HOUR_US;
            harness.append(4, 100);
            assertThat(harness.journal.hasFinishedFiles()).isTrue();
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(2);
            harness.journal.forceFinished();
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(1);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldLeaveNoMappingAndNoHandleOfADeletedFile() throws IOException {
        try (JournalHarness harness = new JournalHarness(config(directory, events(PER_HOUR)));
                JournalReader reader = harness.journal.newReader()) {
            final BlockFlyweight view = new BlockFlyweight();
            fill(harness, 3);
            reader.seek(1);
            assertThat(reader.next(view)).isEqualTo(JournalReader.BLOCK);
            keepHouse(harness);
            assertThat(fileCount(directory)).isEqualTo(1);
            assertThat(reader.letGo()).as("it stood in a deleted file").isTrue();
            Awaitility.await() // Chronicle releases in the background
                    .untilAsserted(() -> assertThat(deletedButOpen()).isEmpty());
        }
    }

    private List<String> deletedButOpen() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"));
                Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
            return Stream.concat(maps, handles.map(RetentionTest::target))
                    .filter(line -> line.contains(directory + "/") && line.endsWith("(deleted)"))
                    .filter(line -> line.contains(".cq4 "))
                    .toList();
        }
    }

    private static String target(final Path handle) {
        try {
            return Files.readSymbolicLink(handle).toString();
        } catch (final IOException ex) {
            return ""; // closed meanwhile
        }
    }
}
