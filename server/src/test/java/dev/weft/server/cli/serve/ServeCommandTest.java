package dev.weft.server.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServeCommandTest {
    private final Throwable error = new IllegalStateException("on purpose");

    private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();

    @Test
    void shouldEndWithZeroWhenItStoppedInOrder() {
        assertThat(ServeCommand.stop(() -> {}, fatal, 10_000)).isZero();
    }

    @Test
    void shouldEndWithOneWhenTheStopTookTooLong() {
        final CountDownLatch never = new CountDownLatch(1);
        assertThat(ServeCommand.stop(() -> awaitQuietly(never), fatal, 20)).isEqualTo(1);
    }

    @Test
    void shouldEndWithOneWhenASignalComesDuringTheEndAfterAnError() {
        fatal.complete(error);
        final long startNs = System.nanoTime();
        assertThat(ServeCommand.stop(() -> {}, fatal, 50)).isEqualTo(1);
        assertThat(System.nanoTime() - startNs)
                .as("the time that the main thread has to end it in order")
                .isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void shouldEndWithOneWhenTheStopItselfMetAnError() {
        assertThat(ServeCommand.stop(() -> fatal.complete(error), fatal, 10_000)).isEqualTo(1);
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
