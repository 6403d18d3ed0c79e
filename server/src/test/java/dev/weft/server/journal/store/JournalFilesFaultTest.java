package dev.weft.server.journal.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.journal.AppendProbe;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalException;
import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.append.ChronicleAppender;
import dev.weft.server.journal.append.ZeroedFiles;
import dev.weft.server.journal.file.PositionsFile;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.recovery.StateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a journal that are gone, empty or not its own. */
class JournalFilesFaultTest {
    private static final String TABLE = "metadata.cq4t";
    private static final int BLOCKS_PER_FILE = 100;

    @TempDir Path base;
    private Path directory;
    private long head;
    private long secondFileFrom;
    private long secondFileTo;

    @BeforeEach
    void writeThreeFiles() throws IOException {
        final Path written = base.resolve("written");
        directory = base.resolve("journal");
        final SplittableRandom random = new SplittableRandom(11);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(written))) {
            for (int hour = 0; hour < 3; hour++) {
                if (hour == 1) {
                    secondFileFrom = harness.journal.nextSequence();
                } else if (hour == 2) {
                    secondFileTo = harness.journal.appendedSequence();
                }
                harness.appendSome(random, BLOCKS_PER_FILE);
                harness.journal.doHousekeeping();
                harness.clockUs += JournalHarness.HOUR_US;
            }
            head = harness.journal.appendedSequence();
            Directories.copy(written, directory); // as a kill leaves it
        }
    }

    @Test
    void shouldNumberOnAfterAKillWithoutLoss() {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.clean()).isFalse();
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.report.skipped()).isNull();
            assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
        }
    }

    @Test
    void shouldTellACopyOfARollFile() throws IOException {
        final List<Path> files = Directories.rollFiles(directory);
        final Path last = files.get(files.size() - 1);
        Files.copy(last, directory.resolve("20261121-10F.cq4"));
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage())
                    .anySatisfy(
                            each ->
                                    assertThat(each)
                                            .contains("two roll files have the same sequences")
                                            .contains("file=20261121-10F.cq4")
                                            .contains("other=" + last.getFileName()));
            assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
        }
    }

    @Test
    void shouldNumberOnAboveTheBoundAfterAnotherBoot() {
        final JournalConfig config = JournalHarness.small(directory);
        config.bootId(() -> "boot-2");
        final long next = head + 1;
        final long skippedTo;
        try (JournalHarness harness = new JournalHarness(config)) {
            assertThat(harness.report.skipped())
                    .isEqualTo(new SequenceRange(next, config.sequencesReserved() + 1));
            assertThat(harness.report.reason()).contains("without a clean stop");
            skippedTo = config.sequencesReserved() + 1;
            harness.append(1, 50);
            final JournalHarness.Seen seen = harness.readFrom(1);
            assertThat(seen.gaps).containsExactly(new SequenceRange(next, skippedTo));
            assertThat(seen.events).isEqualTo(head + 1);
        }
        config.bootId(() -> "boot-3"); // but the last stop was clean
        try (JournalHarness harness = new JournalHarness(config)) {
            assertThat(harness.report.clean()).isTrue();
            assertThat(harness.journal.nextSequence()).isEqualTo(skippedTo + 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deleted", "empty", "zeros", "another queue's", "text"})
    void shouldNotDependOnChroniclesTable(final String state) throws IOException {
        final Path table = directory.resolve(TABLE);
        switch (state) {
            case "deleted" -> Files.deleteIfExists(table);
            case "empty" -> Files.write(table, new byte[0]);
            case "zeros" -> Files.write(table, new byte[1 << 17]);
            case "text" -> Files.writeString(table, "not a table at all");
            default -> Files.copy(Directories.rollFiles(directory).get(0), replace(table));
        }
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            harness.append(1, 50);
            assertThat(harness.readFrom(1).gaps).isEmpty();
            assertThat(harness.readFrom(1).events).isEqualTo(head + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 9, 12})
    void shouldRewriteAFileWhoseHeaderChronicleDoesNotKnow(final int at) throws IOException {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.append(1, 50); // so that the stop is clean and nothing is scanned
        }
        final List<Path> files = Directories.rollFiles(directory);
        final Path last = files.get(files.size() - 1);
        final byte[] bytes = Files.readAllBytes(last);
        bytes[at] ^= 0x40;
        Files.write(last, bytes);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.append(1, 50);
            assertThat(harness.report.quarantined()).hasSize(1);
            assertThat(harness.readFrom(1).events).isEqualTo(head + 2);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4, 8, 100})
    void shouldRewriteAFileWhoseLastRecordIsSaidToBeElsewhere(final long tooEarly)
            throws IOException {
        final List<Path> files = Directories.rollFiles(directory);
        final Path last = files.get(files.size() - 1);
        final byte[] bytes = Files.readAllBytes(last);
        final ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final int at = lastPositionOffset(file, new String(bytes, 0, 512, ISO_8859_1));
        file.putLong(at, file.getLong(at) - tooEarly);
        Files.write(last, bytes);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage())
                    .singleElement()
                    .asString()
                    .contains("no record where the last one was said to be");
            harness.append(1, 50);
            assertThat(harness.report.quarantined()).hasSize(1);
            assertThat(harness.readFrom(1).events).isEqualTo(head + 1);
        }
    }

    /** Where Chronicle keeps the position of the last record. */
    private static int lastPositionOffset(final ByteBuffer file, final String header) {
        final int name = header.indexOf("writePosition");
        assertThat(name).isPositive();
        for (int at = (name + 7) & -8; at < 512; at += Long.BYTES) {
            if (file.getLong(at) > 512 && file.getLong(at) < file.capacity()) {
                return at;
            }
        }
        throw new AssertionError("no position");
    }

    @Test
    void shouldFindTheTailBeforeTwoFilesWithoutBlocks() throws IOException {
        for (int hour = 13; hour < 15; hour++) { // killed in the middle of two rolls
            final int cycle =
                    RollCycleNames.cycleOf(
                            JournalHarness.START_US + (hour - 10) * JournalHarness.HOUR_US);
            final Path made = base.resolve("made" + hour);
            Files.createDirectories(made);
            ZeroedFiles.make(made, cycle, 0);
            ChronicleAppender.open(made, 1024 * 1024, cycle, 0, AppendProbe.NONE).close();
            final Path file = Directories.rollFiles(made).get(0);
            Files.copy(file, directory.resolve(file.getFileName()));
        }
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.journal.appendedSequence()).isEqualTo(head);
            assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
            assertThat(harness.readFrom(1).events).isEqualTo(head);
        }
    }

    @Test
    void shouldCountDamageThatIsMetWhileRunningOnce() throws IOException {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.readFrom(1).gaps).isEmpty();
            assertThat(harness.journal.damageCount()).isZero();
            final Path first = Directories.rollFiles(directory).get(0);
            try (FileChannel channel =
                    FileChannel.open(first, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                final ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, 100_000);
                one.put(0, (byte) (one.get(0) ^ 1)).rewind();
                channel.write(one, 100_000);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(harness.readFrom(1).gaps).hasSize(1);
                assertThat(harness.journal.damageCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldReportTheGapOfAMissingFileInTheMiddle() throws IOException {
        Files.delete(Directories.rollFiles(directory).get(1));
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.gaps())
                    .contains(new SequenceRange(secondFileFrom, secondFileTo));
            harness.append(1, 50);
            final JournalHarness.Seen seen = harness.readFrom(1);
            assertThat(seen.gaps).containsExactly(new SequenceRange(secondFileFrom, secondFileTo));
            assertThat(harness.readFrom(secondFileFrom + 3).gaps)
                    .containsExactly(new SequenceRange(secondFileFrom + 3, secondFileTo));
        }
    }

    @Test
    void shouldNotUseNumbersAgainWhenTheLastFileIsGone() throws IOException {
        Files.delete(Directories.rollFiles(directory).get(2));
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.isDamaged()).isTrue();
            assertThat(harness.journal.nextSequence()).isGreaterThan(head);
            harness.append(1, 50);
            assertThat(harness.readFrom(1).gaps).hasSize(1);
        }
    }

    @Test
    void shouldTellTheOldestSequenceWhenTheFirstFileIsGone() throws IOException {
        Files.delete(Directories.rollFiles(directory).get(0));
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.journal.oldestSequence()).isEqualTo(secondFileFrom);
            assertThat(harness.readFrom(1).gaps)
                    .containsExactly(new SequenceRange(1, secondFileFrom - 1));
            assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
        }
    }

    @Test
    void shouldNotUseNumbersAgainWhenTheStateFileIsGone() throws IOException {
        Files.delete(directory.resolve(StateFile.NAME));
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.journal.nextSequence()).isGreaterThan(head + 1_000_000_000L);
            assertThat(harness.report.skipped()).isNotNull();
            assertThat(harness.report.reason()).isEqualTo("journal.state is missing");
            harness.append(1, 50);
            assertThat(harness.readFrom(1).events).isEqualTo(head + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "zeros"})
    void shouldSayWhatIsWrongWithTheStateFile(final String state) throws IOException {
        Files.write(directory.resolve(StateFile.NAME), new byte[state.equals("empty") ? 0 : 8_192]);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.reason())
                    .isEqualTo(
                            state.equals("empty")
                                    ? "journal.state is empty"
                                    : "journal.state holds no valid state");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deleted", "text", "swapped"})
    void shouldNotTrustThePositions(final String state) throws IOException {
        final Path positions = directory.resolve(PositionsFile.NAME);
        switch (state) {
            case "deleted" -> Files.delete(positions);
            case "text" -> Files.writeString(positions, "not a position at all".repeat(100));
            default -> {
                final byte[] entries = Files.readAllBytes(positions);
                final byte[] swapped = entries.clone();
                System.arraycopy(entries, 0, swapped, entries.length - 32, 32);
                swapped[70] ^= 1;
                Files.write(positions, swapped);
            }
        }
        for (int run = 0; run < 2; run++) {
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.report.damage()).isEmpty();
                for (long sequence = 1; sequence <= head; sequence += 37) {
                    assertThat(harness.readFrom(sequence).events).isEqualTo(head - sequence + 1);
                }
            }
        }
    }

    @Test
    void shouldGoOnWhenKilledBeforeANewFileWasBegun() throws IOException {
        final Path next = directory.resolve("20261120-13F.cq4");
        Files.write(next, new byte[200_000]);
        Files.write(directory.resolve("20261120-14F.precreated"), new byte[200_000]);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.journal.nextSequence()).isEqualTo(head + 1);
            assertThat(Directories.rollFiles(directory)).doesNotContain(next);
            assertThat(directory.resolve("20261120-14F.precreated")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"20261120-08F.cq4", "20261120-11F.cq4"}) // before all others, in the middle
    void shouldTakeAnOlderFileWithoutBlocksOutOnceAndSkipNothing(final String name)
            throws IOException {
        final byte[] garbage = new byte[300_000];
        new SplittableRandom(5).nextBytes(garbage);
        Files.write(directory.resolve(name), garbage);
        final int expectedQuarantined = 1;
        for (int run = 0; run < 2; run++) {
            final Path killed = base.resolve("killed" + run);
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.report.skipped()).isNull();
                assertThat(harness.report.isDamaged()).isEqualTo(run == 0);
                assertThat(harness.report.quarantined())
                        .hasSize(run == 0 ? expectedQuarantined : 0);
                assertThat(directory.resolve(name)).doesNotExist();
                assertThat(harness.journal.nextSequence()).isEqualTo(head + 1 + run);
                harness.append(1, 50);
                Directories.copy(directory, killed);
            }
            directory = killed;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old.cq4", "20261120-12F.bak.cq4", "20260230-10F.cq4"})
    void shouldNameAStrayFileAndChangeNothing(final String name) throws IOException {
        final Path stray = directory.resolve(name);
        Files.writeString(stray, "x");
        final List<String> before = contents();
        assertThatThrownBy(() -> Journals.open(JournalHarness.small(directory)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("file=" + stray)
                .hasMessageContaining("move it");
        assertThat(contents()).isEqualTo(before);
        Files.delete(stray);
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            assertThat(harness.report.damage()).isEmpty();
            assertThat(harness.readFrom(1).events).isEqualTo(head);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"20261120-13F.cq4", "journal.state", "journal.lock"})
    void shouldNameADirectoryInPlaceOfAFile(final String name) throws IOException {
        final Path wrong = directory.resolve(name);
        Files.createDirectories(replace(wrong));
        final List<String> before = contents();
        assertThatThrownBy(() -> Journals.open(JournalHarness.small(directory)))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("path=" + wrong);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void shouldRefuseASecondOpeningInTheSameProcess() {
        final JournalConfig config = JournalHarness.small(directory);
        try (JournalHarness harness = new JournalHarness(config)) {
            assertThatThrownBy(() -> Journals.open(config))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("in use");
            assertThat(harness.append(1, 50)).isEqualTo(Journal.APPENDED);
        }
        assertThat(List.of(new JournalHarness(config))).allSatisfy(JournalHarness::close);
    }

    /** Names, lengths and times of all that is there. */
    private List<String> contents() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            final List<String> all = new ArrayList<>();
            for (final Path path : (Iterable<Path>) paths.sorted()::iterator) {
                all.add(path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path));
            }
            return all;
        }
    }

    private static Path replace(final Path path) throws IOException {
        Files.deleteIfExists(path);
        return path;
    }
}
