package dev.weft.server.bridge.fabric;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Limits;
import org.junit.jupiter.api.Test;

/** Bounds of what goes over at once, in both directions. */
class BatchBoundsTest {
    private static void add(final EventBatch batch, final String event) {
        batch.begin().raw(event.getBytes(UTF_8));
        batch.end(new EventName("id", "", "", ""));
    }

    @Test
    void shouldBoundEventsThatComeInByNumberAndByLength() {
        final EventBatch batch = new EventBatch();
        for (int i = 0; i < Limits.ARRAY_EVENTS_MAX; i++) {
            assertThat(batch.isFull()).isFalse();
            add(batch, "{}");
        }
        assertThat(batch.isFull()).isTrue();
        batch.clear();
        assertThat(batch.isFull()).isFalse();
        add(batch, "x".repeat(1_500_000));
        assertThat(batch.isFull()).isFalse();
        add(batch, "x".repeat(500_000));
        assertThat(batch.isFull()).isTrue();
        assertThat(batch.array().length).isLessThan(Limits.ARRAY_LENGTH_MAX);
    }

    @Test
    void shouldBoundEventsThatGoOutByNumberByLengthAndByAGap() {
        final OutgoingBatch batch = new OutgoingBatch();
        for (int i = 0; i < OutgoingBatch.EVENTS_MAX; i++) {
            assertThat(batch.isFull()).isFalse();
            batch.add(i, new byte[1]);
        }
        assertThat(batch.isFull()).isTrue();
        batch.clear();
        batch.add(1, new byte[OutgoingBatch.LENGTH_MAX - 1]);
        assertThat(batch.isFull()).isFalse();
        batch.add(2, new byte[1]);
        assertThat(batch.isFull()).isTrue();
        batch.clear();
        assertThat(batch.isFull()).isFalse();
        assertThat(batch.hasGap()).isFalse();
        batch.gap(3, 7);
        assertThat(batch.isFull()).isTrue();
        assertThat(batch.hasGap()).isTrue();
        assertThat(batch.gapFrom()).isEqualTo(3);
        assertThat(batch.gapTo()).isEqualTo(7);
        batch.clear();
        assertThat(batch.hasGap()).isFalse();
    }
}
