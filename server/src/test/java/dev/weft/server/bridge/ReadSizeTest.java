package dev.weft.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadSizeTest {
    private final ReadSize size = new ReadSize();

    @Test
    void shouldGrowStepByStepWhileEntriesAreSmall() {
        final int first = size.count();
        size.onRead(first, first * 200L);
        assertThat(size.count()).isEqualTo(2 * first);
        for (int i = 0; i < 10; i++) {
            size.onRead(size.count(), size.count() * 200L);
        }
        assertThat(size.count()).isEqualTo(1_000);
    }

    @Test
    void shouldShrinkAtOnceWhenEntriesAreLong() {
        size.onRead(100, 100L << 20);
        assertThat(size.count()).isEqualTo(1);
    }
}
