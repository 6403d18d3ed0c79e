package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections on several loops that publish at once, on the real server: nothing but the sequencer
 * puts them in a row. A loop waits for sockets in a call of the system, which is neither counted as
 * blocked nor as waiting: what is counted are locks.
 */
@Timeout(60)
class ParallelPublishSystemTest {
    private static final int LOOPS = 3;
    private static final int PUBLISHERS = 6;
    private static final int WARM_UP = 100;
    private static final int BATCHES = 400;
    private static final int LINES = 100;
    private static final String BATCH =
            "{\"type\":\"parallel.test\",\"subject\":\"host/a\",\"data\":{\"n\":1}}\n"
                    .repeat(LINES);

    /** None was ever seen; a lock around the parsing of each event alone makes 5 to 8. */
    private static final int LOCKS_MAX = 3;

    @TempDir Path directory;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private WeftServer start() {
        return WeftServer.start(
                directory, Map.of("threading", "dedicated", "io-threads", String.valueOf(LOOPS)));
    }

    @Test
    void shouldTakeNoLockThatAnotherLoopHolds() throws Exception {
        try (WeftServer server = start()) {
            publish(server, WARM_UP);
            final List<ThreadInfo> before = loops();
            publish(server, BATCHES);
            final List<ThreadInfo> after = loops();
            assertThat(after).hasSize(LOOPS);
            for (int i = 0; i < LOOPS; i++) {
                final String name = after.get(i).getThreadName();
                assertThat(after.get(i).getBlockedCount() - before.get(i).getBlockedCount())
                        .as(name + " waited for a monitor")
                        .isLessThanOrEqualTo(LOCKS_MAX);
                assertThat(after.get(i).getWaitedCount() - before.get(i).getWaitedCount())
                        .as(name + " waited for a lock")
                        .isLessThanOrEqualTo(LOCKS_MAX);
            }
            await().untilAsserted(
                            () ->
                                    assertThat(server.weft().head())
                                            .isEqualTo(
                                                    (long) (WARM_UP + BATCHES)
                                                            * PUBLISHERS
                                                            * LINES));
        }
    }

    private List<ThreadInfo> loops() {
        final List<ThreadInfo> found = new ArrayList<>();
        for (final ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().startsWith("weft-io-")) {
                found.add(info);
            }
        }
        found.sort(Comparator.comparing(ThreadInfo::getThreadName));
        return found;
    }

    private static void publish(final WeftServer server, final int count) throws Exception {
        final CountDownLatch ready = new CountDownLatch(PUBLISHERS);
        final List<Throwable> failures = new ArrayList<>();
        final List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            final Thread publisher = new Thread(() -> publish(server, count, ready), "p" + i);
            publisher.setUncaughtExceptionHandler((thread, ex) -> failures.add(ex));
            publishers.add(publisher);
            publisher.start();
        }
        for (final Thread publisher : publishers) {
            publisher.join();
        }
        assertThat(failures).isEmpty();
    }

    private static void publish(
            final WeftServer server, final int count, final CountDownLatch ready) {
        try (HttpClient client = server.connect()) {
            ready.countDown();
            ready.await();
            for (int i = 0; i < count; i++) {
                final HttpClient.Answer answer =
                        client.post("/events", BATCH, "Content-Type: application/x-ndjson\r\n");
                if (answer.status() != 200) {
                    throw new IllegalStateException(answer.toString());
                }
            }
        } catch (final IOException | InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
