package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeds;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.MemoryJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to the files of the index between two starts, and to the journal without them. */
class IndexFilesFaultTest {
    private static final int SEGMENT = 100;
    private static final int EVENTS = 1_050; // ten files, and what still grows

    @TempDir private Path directory;
    private final MemoryJournal journal = new MemoryJournal();
    private List<Path> files = List.of();

    @BeforeEach
    void writeFiles() throws Exception {
        final EventBlocks blocks = new EventBlocks(journal);
        for (int i = 0; i < EVENTS; i++) {
            blocks.append(List.of(event(i)));
        }
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            harness.settle();
            files = harness.files();
        }
        assertThat(files).hasSize(EVENTS / SEGMENT);
    }

    private static String event(final int number) {
        return "{\"type\":\"t%d\",\"subject\":\"job/%d\"}".formatted(number % 7, number);
    }

    @Test
    void shouldUseTheFilesOfAnEarlierRun() throws Exception {
        final long blocksRead = journal.blocksRead();
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            assertAnswers(harness.settle(), 0);
            assertThat(journal.blocksRead() - blocksRead)
                    .as("the last events, and two looks for each file")
                    .isLessThan(EVENTS % SEGMENT + 4 * files.size());
        }
    }

    @Test
    void shouldKeepALongSegmentThatStillGrowsWhenItEnds(@TempDir final Path other)
            throws Exception {
        final int count = 70_000;
        final MemoryJournal longer = new MemoryJournal();
        new EventBlocks(longer).appendMany(count, 1_000, event(1));
        final SegmentLimits limits = SegmentLimits.of(1 << 17);
        try (IndexHarness harness = new IndexHarness(longer, other, limits)) {
            harness.settle();
            assertThat(harness.files()).isEmpty();
        }
        final long blocksRead = longer.blocksRead();
        try (IndexHarness harness = new IndexHarness(longer, other, limits)) {
            harness.settle();
            assertThat(harness.files()).hasSize(1);
            assertThat(longer.blocksRead() - blocksRead).as("two looks").isLessThan(10);
            new EventBlocks(longer).append(List.of(event(1), event(2)));
            harness.settle();
            assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(count + 2);
            assertThat(
                            harness.index()
                                    .select(EventQuery.ALL.where(IndexField.SUBJECT, "job/1"))
                                    .count())
                    .isEqualTo(count + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 9})
    void shouldMakeAMissingFileAgain(final int file) throws Exception {
        Files.delete(files.get(file));
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            assertAnswers(harness.settle(), 0);
            assertThat(harness.files()).isEqualTo(files);
        }
    }

    @Test
    void shouldMakeAllFilesAgain() throws Exception {
        for (final Path file : files) {
            Files.delete(file);
        }
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            assertAnswers(harness.settle(), 0);
            assertThat(harness.files()).isEqualTo(files);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 1_000})
    void shouldMakeATruncatedFileAgain(final int length) throws Exception {
        final byte[] whole = Files.readAllBytes(files.get(3));
        Files.write(files.get(3), java.util.Arrays.copyOf(whole, length));
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            assertAnswers(harness.settle(), 1);
            assertThat(Files.readAllBytes(files.get(3))).isEqualTo(whole);
        }
    }

    @Test
    void shouldMakeAFileAgainWhateverBitIsFlipped() throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] whole = Files.readAllBytes(files.get(3));
        for (int i = 0; i < 50; i++) {
            final int bit = random.nextInt(whole.length * Byte.SIZE);
            final byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(files.get(3), flipped);
            try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
                harness.settle();
                assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(EVENTS);
                if (bit / Byte.SIZE < 276) { // beyond that zeros fill the header and gaps
                    assertThat(harness.counters().damaged())
                            .as("-Dtest.seed=%d: bit %d", seed, bit)
                            .isPositive();
                }
                assertAnswers(harness, harness.counters().damaged());
            }
        }
    }

    @Test
    void shouldNotUseTheFilesOfAnotherJournal() throws Exception {
        final MemoryJournal other = new MemoryJournal();
        final EventBlocks blocks = new EventBlocks(other);
        for (int i = 0; i < EVENTS; i++) {
            blocks.append(List.of(event(i + 1)));
        }
        try (IndexHarness harness = new IndexHarness(other, directory, SEGMENT)) {
            harness.settle();
            assertThat(harness.counters().damaged()).isEqualTo(files.size());
            assertThat(
                            harness.index()
                                    .select(EventQuery.ALL.where(IndexField.SUBJECT, "job/0"))
                                    .count())
                    .isZero();
        }
    }

    @Test
    void shouldNotUseAFileOfEventsThatTheJournalHasLost() throws Exception {
        final MemoryJournal lost = new MemoryJournal();
        final EventBlocks blocks = new EventBlocks(lost);
        for (int i = 0; i < EVENTS / 2; i++) {
            blocks.append(List.of(event(i)));
        }
        try (IndexHarness harness = new IndexHarness(lost, directory, SEGMENT)) {
            harness.settle();
            assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(EVENTS / 2);
            assertThat(harness.index().indexedSequence()).isEqualTo(EVENTS / 2);
            final int whole = EVENTS / 2 / SEGMENT;
            assertThat(harness.files())
                    .as("made again; the others are gone")
                    .isEqualTo(files.subList(0, whole));
            assertThat(harness.counters().damaged()).isEqualTo(files.size());
        }
    }

    @Test
    void shouldPassOverAFileThatWasNotFinished() throws Exception {
        final Path unfinished = directory.resolve(files.get(5).getFileName() + ".tmp");
        Files.move(files.get(5), unfinished);
        Files.write(unfinished, new byte[10], StandardOpenOption.TRUNCATE_EXISTING);
        Files.write(directory.resolve(files.get(2).getFileName() + ".tmp"), new byte[10]);
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            assertAnswers(harness.settle(), 0);
            assertThat(harness.files()).isEqualTo(files);
        }
    }

    @Test
    void shouldDeleteAFileThatRetentionHadNotComeTo() throws Exception {
        journal.trim(350);
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            harness.settle();
            assertThat(harness.counters().damaged()).isZero();
            assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(EVENTS - 349);
            assertThat(harness.files()).isEqualTo(files.subList(3, files.size()));
        }
    }

    @Test
    void shouldGoOnInMemoryWhileItCannotWrite() throws Exception {
        for (final Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
        Files.writeString(directory, "in the way");
        final IndexHarness harness = new IndexHarness(journal, directory, SEGMENT);
        for (int i = 0; i < 100; i++) {
            harness.indexOnce();
            harness.fileOnce();
        }
        assertThat(harness.counters().writeFailures()).isPositive();
        assertThat(harness.index().indexedSequence()).as("two segments").isEqualTo(2 * SEGMENT);
        assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(2 * SEGMENT);
        Files.delete(directory);
        Files.createDirectory(directory);
        harness.clockNs += 10_000_000_000L;
        harness.settle();
        assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(EVENTS);
        assertThat(harness.files()).isEqualTo(files);
    }

    private static void assertAnswers(final IndexHarness harness, final long damaged)
            throws IOException {
        assertThat(harness.counters().damaged()).isEqualTo(damaged);
        assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(EVENTS);
        for (int i = 0; i < EVENTS; i += 13) {
            final Sequences found =
                    harness.index()
                            .select(EventQuery.ALL.where(IndexField.SUBJECT, "job/" + i))
                            .ascending(0);
            assertThat(found.next()).isEqualTo(i + 1);
            assertThat(found.next()).isEqualTo(Sequences.NONE);
        }
        assertThat(harness.index().select(EventQuery.ALL.where(IndexField.TYPE, "t3")).count())
                .isEqualTo(EVENTS / 7);
    }
}
