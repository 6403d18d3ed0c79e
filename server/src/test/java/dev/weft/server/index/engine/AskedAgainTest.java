package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.ScannedIndex;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.journal.MemoryJournal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same questions again and again, while the segment grows that answers them and others take its
 * place: what is remembered of the answer before leads to the answer of a plain scan.
 */
class AskedAgainTest {
    private static final int SEEDS = 3;
    private static final int SEGMENT = 1 << 14; // four groups of ordinals
    private static final int EVENTS = 3 * SEGMENT;
    private static final int STEP_MAX = 5_000;
    private static final int QUERIES = 12;
    private static final int PAGE = 300;

    @TempDir private Path directory;

    @Seeded(SEEDS)
    void shouldAnswerWhatAScanAnswersWhileEventsArrive(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final MemoryJournal journal = new MemoryJournal();
        final EventBlocks blocks = new EventBlocks(journal);
        final List<EventQuery> queries = new ArrayList<>();
        for (int i = 0; i < QUERIES; i++) {
            queries.add(AnyHistory.terms(random));
        }
        try (IndexHarness harness = new IndexHarness(journal, directory, SEGMENT)) {
            while (journal.appendedSequence() < EVENTS) {
                AnyHistory.append(random, blocks, 1 + random.nextInt(STEP_MAX));
                harness.settle();
                try (ScannedIndex scan = new ScannedIndex(journal)) {
                    for (final EventQuery query : queries) {
                        compare(random, query, harness.index().select(query), scan.select(query));
                    }
                }
            }
        }
    }

    private static void compare(
            final SplittableRandom random,
            final EventQuery query,
            final Selection found,
            final Selection wanted) {
        final long count = wanted.count();
        assertThat(found.count()).as("count of %s", query).isEqualTo(count);
        final long offset = random.nextLong(count + 1);
        assertThat(page(found.descending(0)))
                .as("newest of %s", query)
                .isEqualTo(page(wanted.descending(0)));
        assertThat(page(found.ascending(offset)))
                .as("%s from rank %d on", query, offset)
                .isEqualTo(page(wanted.ascending(offset)));
    }

    private static List<Long> page(final Sequences sequences) {
        final List<Long> page = new ArrayList<>();
        for (long next = sequences.next();
                next != Sequences.NONE && page.size() < PAGE;
                next = sequences.next()) {
            page.add(next);
        }
        return page;
    }
}
