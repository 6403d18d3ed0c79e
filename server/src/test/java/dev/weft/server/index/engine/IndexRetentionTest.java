package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.journal.MemoryJournal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are kept while segments go and are replaced. */
class IndexRetentionTest {
    private static final int SEGMENT = 100;
    private static final int EVENTS = 1_000;

    @TempDir private Path directory;
    private final MemoryJournal journal = new MemoryJournal();
    private final EventBlocks blocks = new EventBlocks(journal);

    @BeforeEach
    void append() {
        append(EVENTS);
    }

    private void append(final int count) {
        for (int i = 0; i < count; i++) {
            blocks.append(List.of("{\"type\":\"t\"}"));
        }
    }

    @Test
    void shouldLeaveOutWhatIsDeletedWhileASelectionIsRead() throws Exception {
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            harness.settle();
            final Selection selection = harness.index().select(EventQuery.ALL);
            final Sequences ascending = selection.ascending(0);
            final Sequences descending = selection.descending(0);
            assertThat(ascending.next()).isEqualTo(1);
            assertThat(descending.next()).isEqualTo(EVENTS);
            assertThat(selection.count()).isEqualTo(EVENTS);

            journal.trim(550);
            append(SEGMENT);
            harness.settle();

            assertThat(selection.count()).as("within its bounds").isEqualTo(EVENTS - 549);
            assertThat(selection.countBefore(600)).isEqualTo(50);
            for (long next = 550; next <= EVENTS; next++) {
                assertThat(ascending.next()).isEqualTo(next);
            }
            assertThat(ascending.next()).isEqualTo(Sequences.NONE);
            for (long next = EVENTS - 1; next >= 550; next--) {
                assertThat(descending.next()).isEqualTo(next);
            }
            assertThat(descending.next()).isEqualTo(Sequences.NONE);
            assertThat(harness.files()).as("the newest events are not in one yet").hasSize(5);
            assertThat(harness.index().oldestSequence()).isEqualTo(550);
        }
    }

    @Test
    void shouldGoOnWhileASegmentIsPutIntoAFile() throws Exception {
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            while (harness.index().indexedSequence() < 2 * SEGMENT) {
                harness.indexOnce(); // the files are not written yet
                if (harness.index().indexedSequence() == 0) {
                    harness.fileOnce();
                }
            }
            final Sequences sequences = harness.index().select(EventQuery.ALL).ascending(0);
            assertThat(sequences.next()).isEqualTo(1);
            harness.settle();
            for (long next = 2; next <= 2 * SEGMENT; next++) {
                assertThat(sequences.next()).isEqualTo(next);
            }
            assertThat(sequences.next()).isEqualTo(Sequences.NONE);
        }
    }

    @Test
    void shouldAnswerWhenEverythingIsDeleted() throws Exception {
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            harness.settle();
            journal.trim(EVENTS + 1);
            harness.settle();
            assertThat(harness.index().select(EventQuery.ALL).count()).isZero();
            assertThat(harness.index().select(EventQuery.ALL).descending(0).next())
                    .isEqualTo(Sequences.NONE);
            append(3);
            harness.settle();
            assertThat(harness.index().select(EventQuery.ALL).count()).isEqualTo(3);
        }
    }

    @Test
    void shouldCloseASegmentWhenTheClockLeapsFurtherThanItCanTell() throws Exception {
        blocks.timeUs += 1L << 50;
        append(10);
        try (IndexHarness harness = new IndexHarness(journal, directory, EVENTS * 2)) {
            harness.settle();
            assertThat(harness.files()).hasSize(1);
            assertThat(harness.index().timestampOf(EVENTS + 10)).isEqualTo(blocks.timeUs - 1);
            assertThat(harness.index().sequenceAt(blocks.timeUs - 5)).isEqualTo(EVENTS + 6);
            assertThat(harness.index().select(EventQuery.ALL.since(blocks.timeUs - 10)).count())
                    .isEqualTo(9);
        }
    }
}
