package dev.weft.server.driver.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PrintedQueueTest {
    private final PrintedQueue queue = new PrintedQueue();

    private static Printed printed(final String text) {
        return new Printed(Printed.Kind.EVENT, text, PrintedQueue.LENGTH_MAX);
    }

    private CompletableFuture<Void> putInAnotherThread(final String text, final Thread[] thread) {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        thread[0] =
                new Thread(
                        () -> {
                            try {
                                queue.put(printed(text));
                                done.complete(null);
                            } catch (final InterruptedException ex) {
                                done.completeExceptionally(ex);
                            }
                        });
        thread[0].start();
        return done;
    }

    @Test
    void shouldHaveWhoPutsWaitUntilThereIsRoom() throws InterruptedException {
        queue.put(printed("one"));
        final Thread[] thread = new Thread[1];
        final CompletableFuture<Void> done = putInAnotherThread("two", thread);
        await().until(() -> thread[0].getState() == Thread.State.WAITING);
        assertThat(done).isNotDone();
        queue.remove();
        done.join();
        assertThat(queue.peek()).isEqualTo(printed("two"));
    }

    @Test
    void shouldLetGoOfWhoWaitsAndDropWhatComesAfterTheEnd() throws InterruptedException {
        queue.put(printed("one"));
        final Thread[] thread = new Thread[1];
        final CompletableFuture<Void> done = putInAnotherThread("two", thread);
        await().until(() -> thread[0].getState() == Thread.State.WAITING);
        queue.close();
        done.join();
        queue.put(printed("three"));
        assertThat(queue.peek()).isNull();
        queue.remove();
        assertThat(queue.peek()).isNull();
    }
}
