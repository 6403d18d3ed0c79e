package dev.weft.server.journal.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionsTest {
    private static final long SPACING = 64 * 1024;
    private static final int FILES = 50;
    private static final int PER_FILE = 10_000;

    @TempDir Path directory;

    /** As many entries as a journal of 30 GiB makes, into an index of a thousandth of that. */
    private static Positions large(final int entriesMax) {
        Positions positions = new Positions(SPACING, entriesMax);
        for (int cycle = 0; cycle < FILES; cycle++) {
            for (int i = 0; i < PER_FILE; i++) {
                final long sequence = 1 + (long) cycle * PER_FILE + i;
                positions = positions.with(sequence, 10 * sequence, 100 + cycle, i * SPACING);
                assertThat(positions.size()).isLessThanOrEqualTo(entriesMax);
            }
        }
        return positions;
    }

    @Test
    void shouldStayBoundedAndKeepEvenDistances() {
        final int max = 1_000;
        final Positions positions = large(max);
        assertThat(positions.size()).isBetween(max / 4, max);
        assertThat(positions.spacing()).isLessThanOrEqualTo(4 * FILES * PER_FILE / max * SPACING);
        for (int cycle = 0; cycle < FILES; cycle++) {
            final long first = 1 + (long) cycle * PER_FILE;
            final int entry = positions.floor(first);
            assertThat(positions.firstSequence(entry)).as("first of its file").isEqualTo(first);
            assertThat(positions.offset(entry)).isZero();
        }
        for (long sequence = 1; sequence <= FILES * PER_FILE; sequence += 97) {
            final int entry = positions.floor(sequence);
            final long distance = sequence - positions.firstSequence(entry);
            assertThat(distance * SPACING).isLessThan(2 * positions.spacing());
            assertThat(positions.floorByTime(10 * sequence)).isEqualTo(entry);
        }
    }

    @Test
    void shouldKeepOneEntryPerFileWhenThereAreMoreFilesThanEntries() {
        Positions positions = new Positions(SPACING, 16);
        for (int cycle = 0; cycle < 100; cycle++) {
            positions = positions.with(1 + 2L * cycle, cycle, 100 + cycle, 0);
            positions = positions.with(2 + 2L * cycle, cycle, 100 + cycle, 10 * SPACING);
        }
        for (int cycle = 0; cycle < 100; cycle++) {
            final int entry = positions.floor(1 + 2L * cycle);
            assertThat(positions.cycle(entry)).isEqualTo(100 + cycle);
            assertThat(positions.firstSequence(entry)).isEqualTo(1 + 2L * cycle);
        }
    }

    @Test
    void shouldNotChangeForThoseWhoLookAtItWhileItIsWidened() {
        Positions positions = new Positions(SPACING, 16);
        for (int i = 0; i < 16; i++) {
            positions = positions.with(1 + i, i, 100, i * SPACING);
        }
        final Positions wide = positions.with(17, 17, 100, 16 * SPACING);
        assertThat(wide).isNotSameAs(positions);
        assertThat(positions.size()).isEqualTo(16);
        assertThat(positions.firstSequence(9)).isEqualTo(10);
        assertThat(wide.size()).isLessThan(16);
        assertThat(wide.firstSequence(wide.size() - 1)).isEqualTo(17);
    }

    @Test
    void shouldKeepItsSpacingWhenOldFilesAreGone() {
        Positions positions = new Positions(SPACING, 1_000);
        for (int cycle = 100; cycle < 150; cycle++) {
            for (int i = 0; i < 300; i++) {
                positions = positions.with(1 + 300L * (cycle - 100) + i, 1, cycle, i * SPACING);
            }
            positions.forgetUpTo(cycle - 1);
        }
        assertThat(positions.spacing()).isEqualTo(SPACING);
        final int first = positions.firstOf(149);
        assertThat(positions.firstSequence(first)).isEqualTo(1 + 300L * 49);
        assertThat(positions.offset(first)).isZero();
        assertThat(positions.firstOf(150)).isEqualTo(Positions.NONE);
    }

    @Test
    void shouldRewriteTheFileWhenTheSpacingWasWidened() throws IOException {
        final RollFile file = new RollFile(100, directory.resolve("a"), 1L << 39);
        final RollCatalog catalog = new RollCatalog(List.of(file));
        Positions positions = new Positions(SPACING, 64);
        try (PositionsFile onDisk = PositionsFile.open(directory)) {
            for (int i = 0; i < 1_000; i++) {
                positions = positions.with(1 + i, i, 100, i * SPACING);
                onDisk.flush(positions);
            }
        }
        assertThat(Files.size(directory.resolve(PositionsFile.NAME)))
                .isEqualTo(32L * positions.size());
        try (PositionsFile onDisk = PositionsFile.open(directory)) {
            final Positions loaded = onDisk.load(catalog, SPACING);
            assertThat(loaded.size()).isEqualTo(positions.size());
            for (int i = 0; i < loaded.size(); i++) {
                assertThat(loaded.firstSequence(i)).isEqualTo(positions.firstSequence(i));
                assertThat(loaded.place(i)).isEqualTo(positions.place(i));
            }
        }
    }
}
