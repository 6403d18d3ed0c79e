package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.store.Journals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two million subjects, each with one event: the worst that can happen to a dictionary. */
@Tag("slow")
class ManySubjectsTest {
    private static final int SUBJECTS = 2_000_000;
    private static final int BLOCK = 500;
    private static final long MEMORY_MAX = 2 * (100L << 20); // two segments
    private static final long FILE_BYTES_MAX = 6L * 4 * SUBJECTS; // four terms each
    private static final int PAGE = 1_000;

    @TempDir private Path directory;

    @Test
    void shouldKeepMemoryBoundedAndPageThroughAll() throws Exception {
        final JournalConfig config =
                JournalConfig.of(directory.resolve("journal")).clockUs(() -> EventBlocks.START_US);
        try (Journal journal = Journals.open(config).journal();
                IndexHarness harness =
                        new IndexHarness(
                                journal, directory.resolve("index"), SegmentLimits.PRODUCT)) {
            final EventBlocks blocks = new EventBlocks(journal);
            long memoryMax = 0;
            for (int first = 0; first < SUBJECTS; first += BLOCK) {
                final List<String> events = new ArrayList<>(BLOCK);
                for (int i = first; i < first + BLOCK; i++) {
                    events.add("{\"type\":\"t\",\"subject\":\"job/%07d\"}".formatted(i));
                }
                blocks.append(events);
                harness.indexOnce();
                harness.fileOnce();
                memoryMax = Math.max(memoryMax, harness.counters().memoryBytes());
            }
            harness.settle();
            assertThat(memoryMax).isPositive().isLessThan(MEMORY_MAX);
            assertThat(harness.counters().fileBytes()).isLessThan(FILE_BYTES_MAX);
            assertThat(harness.files()).hasSizeGreaterThanOrEqualTo(3);

            final SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < 1_000; i++) {
                final int subject = random.nextInt(SUBJECTS);
                assertThat(
                                harness.index()
                                        .select(
                                                EventQuery.ALL.where(
                                                        IndexField.SUBJECT,
                                                        "job/%07d".formatted(subject)))
                                        .ascending(0)
                                        .next())
                        .isEqualTo(subject + 1);
            }
            String after = "";
            for (int page = 0; page < SUBJECTS / PAGE; page += 100) {
                final TermPage terms =
                        harness.index().terms(IndexField.SUBJECT, "job/", after, PAGE);
                assertThat(terms.terms()).hasSize(PAGE);
                final TermStats last = terms.terms().get(PAGE - 1);
                assertThat(last.lastSequence())
                        .isEqualTo(terms.terms().get(0).firstSequence() + PAGE - 1);
                after = "job/%07d".formatted((page + 100) * PAGE - 1);
            }
        }
    }
}
