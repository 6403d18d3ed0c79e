package dev.weft.server.journal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import dev.weft.server.journal.SequenceRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that were cut or changed while nobody looked: never a wrong byte, never a silent skip,
 * never an append that readers cannot see after opening again.
 */
@Tag("slow")
class DamagedFileFaultTest {
    private static final int SEEDS = 100;
    private static final int BLOCKS_PER_FILE = 300;
    private static final int EVENTS_PER_BLOCK_MAX = 8;

    @TempDir static Path base;
    private static Path cleanlyStopped;
    private static Path killed;
    private static long head;
    private final Path directory = base.resolve("work");

    @BeforeAll
    static void writeJournals() throws IOException {
        cleanlyStopped = base.resolve("clean");
        killed = base.resolve("killed");
        try (JournalHarness harness = new JournalHarness(JournalHarness.small(cleanlyStopped))) {
            final SplittableRandom random = new SplittableRandom(7);
            for (int hour = 0; hour < 3; hour++) {
                harness.appendSome(random, BLOCKS_PER_FILE);
                harness.journal.doHousekeeping();
                harness.clockUs += JournalHarness.HOUR_US;
            }
            head = harness.journal.appendedSequence();
            Directories.copy(cleanlyStopped, killed);
        }
    }

    @AfterEach
    void clear() throws IOException {
        Directories.delete(directory);
    }

    @Seeded(SEEDS)
    void shouldTellWhatIsMissingWhenAFileWasCut(final long seed) {
        shouldGoOn(seed, DamagedFileFaultTest::cut, Long.MAX_VALUE);
    }

    @Seeded(SEEDS)
    void shouldLoseNoMoreThanTheBlockInWhichABitWasFlipped(final long seed) {
        shouldGoOn(seed, DamagedFileFaultTest::flipABit, EVENTS_PER_BLOCK_MAX);
    }

    /** What happens to a file. */
    private interface Damage {
        void to(Path file, SplittableRandom random) throws IOException;
    }

    private static void cut(final Path file, final SplittableRandom random) throws IOException {
        final long size = Files.size(file);
        // Mostly within the data, which is only the first part of the sparse file.
        final long length = random.nextLong(random.nextInt(8) == 0 ? size : size / 3);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private static void flipABit(final Path file, final SplittableRandom random)
            throws IOException {
        final long size = Files.size(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final long position =
                    random.nextInt(4) == 0 ? random.nextLong(512) : random.nextLong(size / 3);
            final ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).rewind();
            channel.write(one, position);
        }
    }

    /** The seed stands in what is told of a failure, since not every report has the test's name. */
    private void shouldGoOn(final long seed, final Damage damage, final long missingMax) {
        final SplittableRandom random = new SplittableRandom(seed);
        try {
            Directories.copy(random.nextBoolean() ? cleanlyStopped : killed, directory);
            damage.to(anyRollFile(random), random);
            shouldGoOn(random, missingMax);
        } catch (final IOException | RuntimeException | AssertionError ex) {
            throw new AssertionError("-Dtest.seed=" + seed + ": " + ex.getMessage(), ex);
        }
    }

    private Path anyRollFile(final SplittableRandom random) {
        final List<Path> files = Directories.rollFiles(directory);
        assertThat(files).hasSize(3);
        return files.get(random.nextBoolean() ? 2 : random.nextInt(3));
    }

    private void shouldGoOn(final SplittableRandom random, final long missingMax)
            throws IOException {
        long appendedTo = head;
        long missing = -1;
        for (int i = random.nextInt(3); i > 0; i--) { // starts that end before they append
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.journal.nextSequence()).isGreaterThan(appendedTo);
                appendedTo = harness.journal.nextSequence() - 1;
            }
        }
        for (int run = 0; run < 3; run++) {
            try (JournalHarness harness = new JournalHarness(JournalHarness.small(directory))) {
                assertThat(harness.journal.nextSequence()).isGreaterThan(appendedTo);
                final JournalHarness.Seen before = harness.readFrom(1);
                final long from = harness.journal.nextSequence();
                harness.appendSome(random, 20);
                appendedTo = harness.journal.appendedSequence();
                final JournalHarness.Seen after = harness.readFrom(1);
                assertThat(after.next).isEqualTo(appendedTo + 1);
                assertThat(after.events).isEqualTo(before.events + appendedTo - from + 1);
                assertThat(after.events + after.missing()).isEqualTo(appendedTo);
                assertThat(harness.readFrom(from).gaps).isEmpty();
                final long lost = head - eventsUpTo(after, head);
                assertThat(lost).isBetween(0L, missingMax);
                if (run > 0) {
                    assertThat(lost).isEqualTo(missing); // nothing more goes missing later
                }
                missing = lost;
                if (lost > 0 && run == 0) { // also if an earlier start noticed it
                    assertThat(after.gaps).isNotEmpty();
                }
            }
            if (missingMax == Long.MAX_VALUE) { // a cut one is always noticed at the start
                Directories.assertLastFileIsSound(directory);
            }
        }
    }

    private static long eventsUpTo(final JournalHarness.Seen seen, final long sequence) {
        long missing = 0;
        for (final SequenceRange gap : seen.gaps) {
            if (gap.from() <= sequence) {
                missing += Math.min(gap.to(), sequence) - gap.from() + 1;
            }
        }
        return sequence - missing;
    }
}
