package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.Seeds;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.TestThreads;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * 2,000 disconnects at random moments under load. Each subscriber comes back with {@code
 * Last-Event-ID}; what it has seen in the end is every sequence once and in order.
 */
@Timeout(240)
class ReconnectFaultTest {
    private static final int SUBSCRIBERS = 20;
    private static final int DISCONNECTS = 100;
    private static final int BATCH = 20;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    @TempDir Path directory;
    private volatile boolean stopped;
    private final TestThreads threads = new TestThreads();

    @ParameterizedTest
    @CsvSource({
        "shared,1,EPOLL",
        "dedicated,2,EPOLL",
        "shared,1,NIO",
        "shared,1,IO_URING",
        "dedicated,2,IO_URING"
    })
    void shouldShowEachSubscriberAnUnbrokenRun(
            final String threading, final String ioThreads, final Transport transport)
            throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        try (WeftServer server =
                WeftServer.start(
                        directory,
                        Map.of(
                                "threading",
                                threading,
                                "io-threads",
                                ioThreads,
                                "transport",
                                Transports.assumed(transport).toString()))) {
            final Thread publisher = threads.start(() -> publish(server));
            final List<Thread> subscribers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                final SplittableRandom own = random.split();
                subscribers.add(threads.start(() -> subscribe(server, own)));
            }
            for (final Thread subscriber : subscribers) {
                subscriber.join();
            }
            stopped = true;
            publisher.join();
            assertThat(threads.failure()).as("-Dtest.seed=" + seed).isNull();
            assertThat(server.weft().head()).isGreaterThan(10_000);
        }
    }

    private void publish(final WeftServer server) throws IOException {
        final String line = "{\"type\":\"load\",\"data\":\"" + "x".repeat(150) + "\"}\n";
        final String lines = line.repeat(BATCH);
        try (HttpClient client = server.connect()) {
            while (!stopped) {
                final HttpClient.Answer answer =
                        client.post("/events", lines, "Content-Type: application/x-ndjson\r\n");
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private void subscribe(final WeftServer server, final SplittableRandom random)
            throws IOException {
        long seen = 0;
        for (int i = 0; i <= DISCONNECTS && threads.failure() == null; i++) {
            // Now and then it stays away longer than the ring remembers, or reads nothing at all.
            final int frames = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(400);
            try (SseClient client =
                    new SseClient(server.address(), "/events/stream", Long.toString(seen))) {
                for (int j = 0; j < frames; j++) {
                    final SseClient.Frame frame = client.next();
                    if (frame.sequence() != seen + 1 || !frame.event().isEmpty()) {
                        throw new AssertionError("after " + seen + " came " + frame);
                    }
                    seen++;
                }
                if (random.nextBoolean()) { // with a reset instead of a goodbye
                    client.connection().socket().setSoLinger(true, 0);
                }
            }
        }
    }
}
