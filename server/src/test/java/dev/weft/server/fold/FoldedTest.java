package dev.weft.server.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.ScannedIndex;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.sequencer.DuplicateWindow;
import dev.weft.server.sequencer.ForceAgent;
import dev.weft.server.sequencer.LocalInbox;
import dev.weft.server.sequencer.Publish;
import dev.weft.server.sequencer.Sequencer;
import dev.weft.server.sequencer.SequencerCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldedTest {
    private final MemoryJournal journal = new MemoryJournal();
    private final LocalInbox inbox = new LocalInbox(4_096, () -> {}, () -> 1_763_631_234_567_890L);
    private final Sequencer sequencer =
            new Sequencer(
                    inbox,
                    journal,
                    new BlockRing(1 << 24, 1),
                    new DuplicateWindow(7),
                    new ForceAgent(4, journal, SequencerCounters.NONE),
                    new Sequencer.Signals(() -> {}, () -> {}, () -> {}, () -> {}),
                    SequencerCounters.NONE);
    private final Seen seen = new Seen();
    private final Folded<Seen> folded = new Folded<>(seen);

    private static final class Seen implements Fold {
        private final List<Long> sequences = new ArrayList<>();
        private long oldest;

        @Override
        public EventQuery wanted() {
            return EventQuery.ALL.where(IndexField.TYPE, "wanted");
        }

        @Override
        public void on(final BlockFlyweight block, final int index, final long sequence) {
            sequences.add(sequence);
        }

        @Override
        public void onOldest(final long oldestSequence) {
            oldest = oldestSequence;
        }
    }

    private void append(final String... types) {
        for (final String type : types) {
            inbox.offer(Publish.journaled().event(type, "1").pending());
        }
        while (sequencer.doWork() > 0) {}
    }

    @Test
    void shouldTakeInWhatItWantsOnceAndInOrder() {
        try (ScannedIndex index = new ScannedIndex(journal)) {
            assertThat(folded.upTo(index, 0)).isSameAs(seen);
            append("wanted", "other", "wanted");
            assertThat(folded.upTo(index, 3)).isSameAs(seen);
            assertThat(seen.sequences).containsExactly(1L, 3L);
            append("other", "wanted", "other");
            assertThat(folded.upTo(index, 4)).isSameAs(seen);
            assertThat(folded.upTo(index, 6)).isSameAs(seen);
            assertThat(seen.sequences).containsExactly(1L, 3L, 5L);
            assertThat(folded.asOf()).isEqualTo(6);
            assertThat(seen.oldest).isEqualTo(1);
        }
    }

    @Test
    void shouldComeInStepsWhenThereIsMuch() {
        final int count = 2 * Folded.STEP_EVENTS_MAX + 1;
        for (int i = 0; i < count; i++) {
            append("wanted");
        }
        try (ScannedIndex index = new ScannedIndex(journal)) {
            assertThat(folded.upTo(index, count)).isNull();
            assertThat(seen.sequences).hasSize(Folded.STEP_EVENTS_MAX);
            assertThat(folded.upTo(index, Folded.STEP_EVENTS_MAX + 1L))
                    .as("that far it has come")
                    .isSameAs(seen);
            assertThat(folded.upTo(index, count)).isSameAs(seen);
            assertThat(seen.sequences).hasSize(count).doesNotHaveDuplicates().isSorted();
        }
    }
}
