package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.journal.SequenceRange;
import dev.weft.server.journal.file.RollCycleNames;
import dev.weft.server.journal.recovery.StateFile;
import dev.weft.server.journal.store.JournalInspection.Facts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalInspectionTest {
    private static final int BLOCKS_PER_FILE = 60;

    @TempDir private Path directory;

    private final List<Long> blockPositions = new ArrayList<>(); // of the second file
    private final List<Long> blockSequences = new ArrayList<>();

    @Test
    void shouldFindAWholeJournalWhole() throws IOException {
        final long last = makeThreeFiles();

        final Facts facts = inspect();

        assertThat(facts.damages()).isEmpty();
        assertThat(facts.gaps()).isEmpty();
        assertThat(facts.eventCount()).isEqualTo(last);
        assertThat(facts.files()).hasSize(3);
        assertThat(facts.files().get(0).firstSequence()).isEqualTo(1);
        assertThat(facts.files().get(2).lastSequence()).isEqualTo(last);
        assertThat(facts.files().get(0).isFinished()).isTrue();
        assertThat(facts.files().get(0).firstTimestamp()).isEqualTo(JournalHarness.START_US);
        assertThat(facts.state())
                .isNotNull()
                .matches(state -> state.isCleanStop() && state.headSequence() == last);
        assertThat(facts.positionCount()).isPositive();
        assertThat(facts.wrongPositionCount()).isZero();
    }

    @Test
    void shouldChangeNothingAndNeedNoLock() throws IOException {
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.appendSome(new SplittableRandom(1), 50);
            final Facts facts = inspect();

            assertThat(facts.damages()).isEmpty();
            assertThat(facts.eventCount()).isEqualTo(harness.journal.appendedSequence());
            assertThat(facts.state()).isNotNull().matches(state -> !state.isCleanStop());
            harness.appendSome(new SplittableRandom(2), 50); // and the server goes on
        }
        assertThat(inspect().damages()).isEmpty();
    }

    @Test
    void shouldTellThatTheStateFileIsOfNoUse() throws IOException {
        makeThreeFiles();
        final Path state = directory.resolve(StateFile.NAME);
        for (int length = 0; length <= 8_192; length += 8_192) {
            Files.write(state, new byte[length]);
            assertThat(inspect().damages()).singleElement().asString().contains("journal.state");
        }
        Files.delete(state);
        assertThat(inspect().damages()).singleElement().asString().contains("journal.state");
    }

    @Test
    void shouldTellEventsThatOnlyThePositionsKnow() throws IOException {
        final Path killed = directory.resolve("killed");
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            harness.appendSome(new SplittableRandom(1), 50);
            harness.journal.doHousekeeping();
            Directories.copy(directory, killed);
        }
        assertThat(JournalInspection.of(killed, (file, position, block) -> {}).damages()).isEmpty();
        Files.delete(Directories.rollFiles(killed).get(0));
        assertThat(JournalInspection.of(killed, (file, position, block) -> {}).damages())
                .singleElement()
                .asString()
                .contains("events lost at the end: last=0");
    }

    @Test
    void shouldSayWhereAFlippedBitIs() throws IOException {
        makeThreeFiles();
        final Path file = secondFile();
        final long position = blockPositions.get(10) + 100;
        flip(file, position);

        final Facts facts = inspect();

        assertThat(facts.damages())
                .singleElement()
                .asString()
                .contains("file=" + file.getFileName())
                .contains("afterSequence=" + (blockSequences.get(10) - 1));
        assertThat(facts.gaps())
                .containsExactly(
                        new SequenceRange(blockSequences.get(10), blockSequences.get(11) - 1));
    }

    @Test
    void shouldTellEveryDamageNotOnlyTheFirst() throws IOException {
        makeThreeFiles();
        flip(secondFile(), blockPositions.get(10) + 100);
        flip(secondFile(), blockPositions.get(30) + 100);

        assertThat(inspect().damages()).hasSize(2);
    }

    @Test
    void shouldSeeThatTheEndIsGone() throws IOException {
        makeThreeFiles();
        final Path last = files().get(2);
        try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
            channel.truncate(
                    JournalInspection.of(directory, (file, position, block) -> {})
                                    .files()
                                    .get(2)
                                    .dataLength()
                            - 2_000);
        }

        assertThat(inspect().damages())
                .isNotEmpty()
                .anyMatch(text -> text.contains("lost at the end"));
    }

    @Test
    void shouldSeeThatAFileIsMissing() throws IOException {
        makeThreeFiles();
        final Facts before = inspect();
        Files.delete(secondFile());

        assertThat(inspect().gaps())
                .containsExactly(
                        new SequenceRange(
                                before.files().get(1).firstSequence(),
                                before.files().get(1).lastSequence()));
    }

    @Test
    void shouldCountPositionsThatPointToNothing() throws IOException {
        makeThreeFiles();
        flip(secondFile(), blockPositions.get(0) + 100); // every file's first block has an entry

        assertThat(inspect().wrongPositionCount()).isEqualTo(1);
    }

    @Test
    void shouldRefuseADirectoryWithoutAJournal() {
        assertThatThrownBy(this::inspect).isInstanceOf(NoSuchFileException.class);
    }

    private long makeThreeFiles() throws IOException {
        final SplittableRandom random = new SplittableRandom(7);
        final long last;
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
            for (int file = 0; file < 3; file++) {
                harness.appendSome(random, BLOCKS_PER_FILE);
                harness.journal.doHousekeeping();
                harness.clockUs += JournalHarness.HOUR_US;
            }
            last = harness.journal.appendedSequence();
        }
        final String second = String.valueOf(secondFile().getFileName());
        JournalInspection.of(
                directory,
                (file, position, block) -> {
                    if (file.equals(second)) {
                        blockPositions.add(position);
                        blockSequences.add(block.firstSequence());
                    }
                });
        return last;
    }

    private Facts inspect() throws IOException {
        return JournalInspection.of(directory, (file, position, block) -> {});
    }

    private Path secondFile() throws IOException {
        return files().get(1);
    }

    private List<Path> files() throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.filter(path -> path.toString().endsWith(RollCycleNames.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(final Path file, final long position) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
            channel.write(one, position);
        }
    }
}
