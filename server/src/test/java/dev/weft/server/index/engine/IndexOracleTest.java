package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.Seeded;
import dev.weft.server.index.Counting;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.Histogram;
import dev.weft.server.index.IndexField;
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
 * Random journals and random questions: the index answers what a plain scan answers, always. The
 * journals grow, are trimmed, have gaps, and are opened again with the files that are there.
 */
class IndexOracleTest {
    private static final int JOURNALS = 40;
    private static final int QUERIES = 250; // of each journal: 10,000 in all
    private static final int ROUNDS = 5;
    private static final int EVENTS_MAX = 700;
    private static final int PAGE = 20;
    private static final List<IndexField> FIELDS = List.of(IndexField.values());

    @TempDir private Path directory;

    @Seeded(JOURNALS)
    void shouldAnswerWhatAScanAnswers(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final int segment = 1 << (6 + random.nextInt(4));
        MemoryJournal journal = new MemoryJournal();
        EventBlocks blocks = new EventBlocks(journal);
        IndexHarness harness = new IndexHarness(journal, directory, segment);
        for (int round = 0; round < ROUNDS; round++) {
            AnyHistory.append(random, blocks, 1 + random.nextInt(EVENTS_MAX));
            if (random.nextInt(3) == 0) {
                journal.trim(1 + random.nextLong(journal.appendedSequence()));
            }
            if (random.nextInt(3) == 0) {
                harness.close();
                journal =
                        random.nextBoolean()
                                ? journal.restarted()
                                : restartedWithoutPower(random, journal);
                blocks = new EventBlocks(journal);
                harness = new IndexHarness(journal, directory, segment);
                AnyHistory.append(random, blocks, 1 + random.nextInt(100));
            }
            harness.settle();
            try (ScannedIndex scan = new ScannedIndex(journal)) {
                for (int i = 0; i < QUERIES / ROUNDS; i++) {
                    compare(random, journal, blocks.timeUs, harness.index(), scan);
                }
            }
        }
        harness.close();
    }

    private static MemoryJournal restartedWithoutPower(
            final SplittableRandom random, final MemoryJournal journal) {
        if (random.nextBoolean()) {
            journal.force();
        }
        if (journal.durableSequence() < journal.oldestSequence()) {
            return journal.restarted(); // retention keeps to what is forced
        }
        return journal.restartedWithoutPower(1 + random.nextInt(5_000));
    }

    private static void compare(
            final SplittableRandom random,
            final MemoryJournal journal,
            final long endUs,
            final EventIndex index,
            final EventIndex scan) {
        final EventQuery query = AnyHistory.query(random, journal, endUs);
        final Selection found = index.select(query);
        final Selection wanted = scan.select(query);
        final long count = wanted.count();
        final long offset = random.nextLong(count + 2);
        final long sequence = random.nextLong(-1, journal.appendedSequence() + 3);
        if (random.nextBoolean()) { // the order of the questions must not matter
            assertThat(found.count()).as("count of %s", query).isEqualTo(count);
        }
        same("ascending " + offset, query, found.ascending(offset), wanted.ascending(offset));
        same("descending " + offset, query, found.descending(offset), wanted.descending(offset));
        same(
                "ascending from " + sequence,
                query,
                found.ascendingFrom(sequence),
                wanted.ascendingFrom(sequence));
        same(
                "descending from " + sequence,
                query,
                found.descendingFrom(sequence),
                wanted.descendingFrom(sequence));
        assertThat(found.count()).as("count of %s", query).isEqualTo(count);
        assertThat(found.countBefore(sequence))
                .as("count of %s before %d", query, sequence)
                .isEqualTo(wanted.countBefore(sequence));
        final long timeUs = AnyHistory.time(random, endUs);
        if (count > 0 || random.nextInt(4) == 0) {
            assertThat(index.sequenceAt(timeUs))
                    .as("sequence at %d", timeUs)
                    .isEqualTo(scan.sequenceAt(timeUs));
            assertThat(index.timestampOf(sequence))
                    .as("time of %d", sequence)
                    .isEqualTo(scan.timestampOf(sequence));
        }
        switch (random.nextInt(4)) {
            case 0 -> compareHistograms(random, endUs, query, index, scan);
            case 1 -> compareTerms(random, index, scan);
            case 2 -> compareReads(random, journal, index, scan);
            default -> {}
        }
    }

    private static void compareHistograms(
            final SplittableRandom random,
            final long endUs,
            final EventQuery query,
            final EventIndex index,
            final EventIndex scan) {
        final long fromUs = AnyHistory.time(random, endUs);
        final int buckets = 1 + random.nextInt(20);
        final long bucketUs = 1 + random.nextLong((endUs - EventBlocks.START_US) / 4);
        final IndexField by =
                random.nextBoolean() ? null : FIELDS.get(random.nextInt(FIELDS.size()));
        final int series = 1 + random.nextInt(5);
        assertThat(whole(index.histogram(query, fromUs, bucketUs, buckets, by, series)))
                .as("%s from %d by %s", query, fromUs, by)
                .isEqualTo(whole(scan.histogram(query, fromUs, bucketUs, buckets, by, series)));
    }

    private static Histogram whole(final Counting counting) {
        Histogram counted = counting.step();
        while (counted == null) {
            counted = counting.step();
        }
        return counted;
    }

    private static void compareTerms(
            final SplittableRandom random, final EventIndex index, final EventIndex scan) {
        final IndexField field = FIELDS.get(random.nextInt(FIELDS.size()));
        final String prefix =
                field == IndexField.SUBJECT && random.nextBoolean()
                        ? "job/"
                        : random.nextInt(4) == 0 ? "s" : "";
        final String after = random.nextBoolean() ? "" : random.nextBoolean() ? "job/3" : "id-1";
        final int limit = 1 + random.nextInt(30);
        assertThat(index.terms(field, prefix, after, limit))
                .as("terms of %s with %s after %s", field, prefix, after)
                .isEqualTo(scan.terms(field, prefix, after, limit));
    }

    private static void compareReads(
            final SplittableRandom random,
            final MemoryJournal journal,
            final EventIndex index,
            final EventIndex scan) {
        for (int i = 0; i < PAGE; i++) {
            final long sequence = random.nextLong(-1, journal.appendedSequence() + 3);
            final boolean isThere = scan.reads().at(sequence);
            assertThat(index.reads().at(sequence)).as("%d", sequence).isEqualTo(isThere);
            if (isThere) {
                assertThat(index.reads().block().firstSequence() + index.reads().index())
                        .isEqualTo(sequence);
            }
        }
    }

    private static void same(
            final String what,
            final EventQuery query,
            final Sequences found,
            final Sequences wanted) {
        final List<Long> wantedOnes = all(wanted);
        assertThat(all(found)).as("%s of %s", what, query).isEqualTo(wantedOnes);
    }

    private static List<Long> all(final Sequences sequences) {
        final List<Long> all = new ArrayList<>();
        for (long next = sequences.next(); next != Sequences.NONE; next = sequences.next()) {
            all.add(next);
        }
        return all;
    }
}
