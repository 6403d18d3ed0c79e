package dev.weft.server.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.ScannedIndex;
import dev.weft.server.sequencer.Publish;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FoldedTest {
    private final HandDriven core = new HandDriven(4_096);
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

    @AfterEach
    void close() {
        core.close();
    }

    private void append(final String... types) {
        for (final String type : types) {
            core.inbox().offer(Publish.journaled().event(type, "1").pending());
        }
        core.sequenceAll();
    }

    @Test
    void shouldTakeInWhatItWantsOnceAndInOrder() {
        try (ScannedIndex index = new ScannedIndex(core.journal())) {
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
        try (ScannedIndex index = new ScannedIndex(core.journal())) {
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
