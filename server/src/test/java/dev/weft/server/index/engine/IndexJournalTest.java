package dev.weft.server.index.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.ScannedIndex;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.store.JournalHarness;
import dev.weft.server.journal.store.Journals;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of a journal on disk with several roll files. */
class IndexJournalTest {
    private static final int HOURS = 4;
    private static final int PER_HOUR = 500;
    private static final int SEGMENT = 300;

    @TempDir private Path directory;
    private long nowNs;
    private long clockUs = EventBlocks.START_US;

    private Journal open(final RetentionLimits limits) {
        final JournalConfig config =
                JournalHarness.small(directory.resolve("journal"))
                        .clockUs(() -> clockUs)
                        .nanoClock(() -> nowNs)
                        .retention(limits);
        return Journals.open(config).journal();
    }

    private void fill(final Journal journal, final SplittableRandom random) {
        final EventBlocks blocks = new EventBlocks(journal);
        for (int hour = 0; hour < HOURS; hour++) {
            blocks.timeUs = Math.max(blocks.timeUs, EventBlocks.START_US + hour * 3_600_000_000L);
            clockUs = blocks.timeUs;
            AnyHistory.append(random, blocks, PER_HOUR);
            journal.force();
        }
        clockUs = blocks.timeUs;
    }

    @Test
    void shouldReadEventsWhereTheyLie() throws Exception {
        try (Journal journal = open(RetentionLimits.OFF)) {
            final SplittableRandom random = new SplittableRandom(7);
            fill(journal, random);
            try (IndexHarness harness =
                            new IndexHarness(journal, directory.resolve("index"), SEGMENT);
                    ScannedIndex scan = new ScannedIndex(journal)) {
                harness.settle();
                final EventReads reads = harness.index().reads();
                for (int i = 0; i < 1_000; i++) {
                    final long sequence = random.nextLong(-1, journal.appendedSequence() + 3);
                    final boolean isThere = scan.reads().at(sequence);
                    assertThat(reads.at(sequence)).isEqualTo(isThere);
                    if (isThere) {
                        assertThat(frame(reads)).isEqualTo(frame(scan.reads()));
                    }
                }
            }
        }
    }

    /** More than are joined as they are, some with many events and some with few. */
    @Test
    void shouldFindByTheBeginningOfVeryManyTypes() throws Exception {
        try (Journal journal = open(RetentionLimits.OFF)) {
            final EventBlocks blocks = new EventBlocks(journal);
            for (int i = 0; i < 10_000; i++) {
                blocks.append(
                        List.of(
                                "{\"type\":\"%s.%d\"}"
                                        .formatted(
                                                i % 3 == 0 ? "b" : "a",
                                                i % 2 == 0 ? 7 : i % 1_000)));
            }
            try (IndexHarness harness =
                            new IndexHarness(journal, directory.resolve("index"), 4_096);
                    ScannedIndex scan = new ScannedIndex(journal)) {
                harness.settle();
                for (final String prefix : new String[] {"a.", "b.", "a.9"}) {
                    final EventQuery query =
                            EventQuery.ALL.where(IndexField.TYPE, List.of(Term.prefix(prefix)));
                    final Selection found = harness.index().select(query);
                    final Selection wanted = scan.select(query);
                    assertThat(found.count()).isEqualTo(wanted.count());
                    final Sequences each = found.ascending(0);
                    final Sequences wantedEach = wanted.ascending(0);
                    for (long i = 0; i <= wanted.count(); i++) {
                        assertThat(each.next()).isEqualTo(wantedEach.next());
                    }
                }
            }
        }
    }

    @Test
    void shouldFindABlockAtItsPlaceOnly() throws Exception {
        try (Journal journal = open(RetentionLimits.OFF)) {
            fill(journal, new SplittableRandom(7));
            final BlockFlyweight view = new BlockFlyweight();
            try (JournalReader reader = journal.newReader();
                    JournalReader finder = journal.newScatteredReader()) {
                reader.seek(1);
                long place = JournalReader.NO_PLACE;
                while (reader.next(view) == JournalReader.BLOCK) {
                    final long first = view.firstSequence();
                    final long last = view.lastSequence();
                    final long before = place;
                    place = reader.place();
                    for (int i = 0; i < 2; i++) { // the second time it is known
                        assertThat(finder.find(place, last, view)).isTrue();
                        assertThat(view.firstSequence()).isEqualTo(first);
                        assertThat(finder.find(place, last + 1, view)).isFalse();
                        assertThat(finder.find(place, first - 1, view)).isFalse();
                        assertThat(finder.find(place + 4, first, view)).isFalse();
                        assertThat(finder.find(before, first, view)).isFalse();
                    }
                    assertThat(finder.find(Long.MAX_VALUE, first, view)).isFalse();
                    finder.seek(first);
                    assertThat(finder.next(view)).isEqualTo(JournalReader.BLOCK);
                    assertThat(view.firstSequence()).isEqualTo(first);
                }
            }
        }
    }

    @Test
    void shouldAgreeWithTheJournalAfterRestartsAndRetention() throws Exception {
        final SplittableRandom random = new SplittableRandom(11);
        try (Journal journal = open(RetentionLimits.OFF)) {
            fill(journal, random);
            try (IndexHarness harness =
                    new IndexHarness(journal, directory.resolve("index"), SEGMENT)) {
                harness.settle();
                compare(harness, journal);
            }
        }
        try (Journal journal = open(new RetentionLimits(0, 0, PER_HOUR * 2, 0));
                IndexHarness harness =
                        new IndexHarness(journal, directory.resolve("index"), SEGMENT)) {
            harness.settle();
            assertThat(harness.counters().damaged()).isZero();
            final Selection kept = harness.index().select(EventQuery.ALL);
            final long before = kept.count();
            nowNs += 2_000_000_000L;
            while (journal.oldestSequence() < 2) {
                nowNs += 2_000_000_000L;
                journal.doHousekeeping();
            }
            harness.settle();
            assertThat(kept.count()).isLessThan(before);
            compare(harness, journal);
        }
    }

    private static void compare(final IndexHarness harness, final Journal journal) {
        try (ScannedIndex scan = new ScannedIndex(journal)) {
            assertThat(harness.index().select(EventQuery.ALL).count())
                    .isEqualTo(scan.select(EventQuery.ALL).count());
            for (final IndexField field : IndexField.values()) {
                assertThat(harness.index().terms(field, "", "", 10_000))
                        .isEqualTo(scan.terms(field, "", "", 10_000));
            }
        }
    }

    private static String frame(final EventReads reads) {
        return reads.block()
                .buffer()
                .getStringWithoutLengthUtf8(
                        reads.block().frameOffset(reads.index()),
                        reads.block().frameLength(reads.index()));
    }
}
