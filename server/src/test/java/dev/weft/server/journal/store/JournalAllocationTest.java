package dev.weft.server.journal.store;

import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Allocation;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real journal on disk, one thread as appender and house-keeper in turn. */
class JournalAllocationTest {
    private static final int APPENDS =
            1_000; // of 350 bytes: five entries of the positions, at least
    private static final int WINDOWS = 10;

    @TempDir private Path directory;

    @Test
    void shouldAllocateNothingPerAppend() {
        try (JournalHarness harness = new JournalHarness(JournalConfig.of(directory))) {
            final Journal journal = harness.journal;
            final int length = block(harness);
            Allocation.awaitNone(
                    APPENDS,
                    WINDOWS,
                    () -> {
                        next(harness);
                        final long before = Allocation.bytes();
                        final int appended = journal.append(harness.blocks.buffer(), 0, length);
                        final long allocated = Allocation.bytes() - before;
                        assertThat(appended == Journal.APPENDED).isTrue();
                        journal.doHousekeeping();
                        return allocated;
                    });
        }
    }

    @Test
    void shouldAllocateNothingPerRoundOfHousekeeping() {
        try (JournalHarness harness = new JournalHarness(JournalConfig.of(directory))) {
            final Journal journal = harness.journal;
            final int length = block(harness);
            final int indexed = entries(journal);
            Allocation.awaitNone(
                    APPENDS,
                    WINDOWS,
                    () -> {
                        next(harness);
                        journal.append(harness.blocks.buffer(), 0, length);
                        final long before = Allocation.bytes();
                        journal.doHousekeeping();
                        return Allocation.bytes() - before;
                    });
            assertThat(entries(journal))
                    .as("there was something to be written")
                    .isGreaterThan(indexed + WINDOWS);
        }
    }

    private static int entries(final Journal journal) {
        return ((ChronicleJournal) journal).positions().size();
    }

    private static int block(final JournalHarness harness) {
        return harness.blocks.encode(
                harness.journal.nextSequence(), 1, JournalHarness.START_US, 250);
    }

    private static void next(final JournalHarness harness) {
        harness.blocks
                .buffer()
                .putLong(FIRST_SEQUENCE_OFFSET, harness.journal.nextSequence(), LITTLE_ENDIAN);
    }
}
