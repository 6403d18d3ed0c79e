package dev.weft.server.bridge.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.journal.MemoryJournal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The journal as a bridge reads it: filtered, bounded, and with what is deleted told. */
class JournalFeedTest {
    private final dev.weft.server.fanout.Fabric fabric = new dev.weft.server.fanout.Fabric(1 << 20);
    private final MemoryJournal journal = fabric.journal();
    private final JournalFeed feed =
            new JournalFeed(
                    journal,
                    Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact("a")))),
                    journal.newLease(),
                    1);
    private final OutgoingBatch batch = new OutgoingBatch();

    @AfterEach
    void close() {
        feed.close();
    }

    private void publish(final String... types) {
        for (final String type : types) {
            fabric.publish("{\"type\":\"" + type + "\"}");
        }
    }

    private List<Long> sequences() {
        return batch.events().stream().map(OutgoingBatch.Event::sequence).toList();
    }

    @Test
    void shouldSendWhatMatchesBehindASequence() {
        publish("a", "a", "b", "a");
        feed.poll(batch);
        assertThat(sequences()).containsExactly(2L, 4L);
        assertThat(batch.hasGap()).isFalse();
        batch.clear();
        publish("a");
        feed.poll(batch);
        assertThat(sequences()).containsExactly(5L);
    }

    @Test
    void shouldGoOnWithinABlockThatDoesNotGoIntoABatch() {
        fabric.publish("{\"type\":\"a\"}");
        fabric.publish(java.util.Collections.nCopies(600, "{\"type\":\"a\"}"));
        feed.poll(batch);
        assertThat(batch.events()).hasSize(OutgoingBatch.EVENTS_MAX);
        batch.clear();
        feed.poll(batch);
        assertThat(batch.events()).hasSize(600 - OutgoingBatch.EVENTS_MAX);
        assertThat(sequences()).endsWith(601L);
    }

    @Test
    void shouldTellAGapOnceAndGoOnBehindIt() {
        publish("a", "a", "a", "a", "a", "a");
        journal.trim(5);
        feed.poll(batch);
        assertThat(batch.isEmpty()).isTrue();
        assertThat(batch.gapFrom()).isEqualTo(2);
        final long gapTo = batch.gapTo();
        assertThat(gapTo).isGreaterThanOrEqualTo(2);
        batch.clear();
        feed.poll(batch);
        assertThat(batch.hasGap()).isFalse();
        assertThat(sequences().get(0)).isEqualTo(gapTo + 1);
        assertThat(sequences()).endsWith(6L);
    }

    @Test
    void shouldWaitABoundedTimeForNewsAndNoneWhenItShallEnd() {
        feed.poll(batch);
        assertThat(batch.isEmpty()).isTrue();
        publish("a", "a");
        feed.end();
        feed.poll(batch);
        assertThat(batch.isEmpty()).isTrue();
    }
}
