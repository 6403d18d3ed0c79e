package dev.weft.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class BatchWindowTest {
    private final Histogram times = new Histogram(3);
    private final BatchWindow window = new BatchWindow(100, 10, 2, 2, times);

    @Test
    void shouldHoldTheNextBatchBackUntilTheOldestIsAtEverySubscriber() {
        assertThat(window.takeFree(System.nanoTime())).isEqualTo(2);
        window.onFrames(101, 121); // the first subscriber has both
        window.onFrames(101, 110); // the second lacks one frame of the first
        assertThat(window.takeFree(System.nanoTime())).isZero();

        window.onFrames(110, 111);

        assertThat(window.takeFree(System.nanoTime())).isEqualTo(1);
        assertThat(window.isEmpty()).isFalse();
        assertThat(times.getTotalCount()).isEqualTo(1);
        assertThat(window.publishedCount()).isEqualTo(30);
    }
}
