package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A reader that stops reading while far more is published than all buffers on its way and the ring
 * can hold (64 MB, scaled from a minute of load): 100 others keep their latency, the server's
 * memory stays bounded, and when it reads again it gets everything. The same load without the
 * stalled reader, right before, is the yardstick.
 */
@Tag("slow")
@Timeout(180)
class StalledReaderFaultTest {
    private static final int OTHERS = 100;
    private static final int BULK_LENGTH = 16 * 1024;
    private static final int BULK_BATCH = 16;
    private static final int BULK_BATCHES = 256; // 64 MB
    private static final long MEMORY_MAX = 16L * 1024 * 1024;
    private static final long SLACK_US = 20_000;

    @TempDir Path directory;
    private final Recorder latencyUs = new Recorder(3);
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldHarmNobodyAndLoseNothing(final String threading) throws Exception {
        try (WeftServer server = WeftServer.start(directory, Map.of("threading", threading))) {
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < OTHERS; i++) {
                threads.add(start(() -> measure(server)));
            }
            final Thread ticks = start(() -> tick(server));
            bulk(server); // warm-up
            latencyUs.getIntervalHistogram();
            bulk(server);
            final Histogram alone = latencyUs.getIntervalHistogram();
            final long head = server.weft().head();
            try (SseClient stalled =
                    new SseClient(server.address(), "/events/stream", Long.toString(head))) {
                stalled.next(); // it is live, and reads no more
                final long memory = PlatformDependent.usedDirectMemory();
                latencyUs.getIntervalHistogram();
                bulk(server);
                final Histogram beside = latencyUs.getIntervalHistogram();
                final long taken = PlatformDependent.usedDirectMemory() - memory;
                final String context =
                        "p99 alone=%d us, beside a stalled reader=%d us, memory=%d"
                                .formatted(
                                        alone.getValueAtPercentile(99),
                                        beside.getValueAtPercentile(99),
                                        taken);
                System.out.println("stalled reader, " + threading + ": " + context);
                assertThat(beside.getTotalCount()).isGreaterThan(OTHERS);
                assertThat(beside.getValueAtPercentile(99))
                        .as(context)
                        .isLessThan(2 * alone.getValueAtPercentile(99) + SLACK_US);
                assertThat(taken).as(context).isLessThan(MEMORY_MAX);
                final long end = server.weft().head();
                for (long sequence = head + 2; sequence <= end; sequence++) {
                    final SseClient.Frame frame = stalled.next();
                    if (!frame.event().isEmpty() || frame.sequence() != sequence) {
                        throw new AssertionError("instead of " + sequence + " came " + frame);
                    }
                }
            }
            stopped = true;
            ticks.join();
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(failure).isNull();
        }
    }

    /** What a thread of this test does. */
    private interface Work {
        void run() throws IOException;
    }

    private Thread start(final Work work) {
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                work.run();
                            } catch (final Throwable ex) {
                                failure = ex;
                            }
                        });
        thread.start();
        return thread;
    }

    private void bulk(final WeftServer server) throws IOException {
        final String line = "{\"type\":\"bulk\",\"data\":\"" + "x".repeat(BULK_LENGTH) + "\"}\n";
        final String lines = line.repeat(BULK_BATCH);
        try (HttpClient client = server.connect()) {
            for (int i = 0; i < BULK_BATCHES && failure == null; i++) {
                final HttpClient.Answer answer =
                        client.post("/events", lines, "Content-Type: application/x-ndjson\r\n");
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    private void tick(final WeftServer server) throws IOException {
        try (HttpClient client = server.connect()) {
            while (!stopped && failure == null) {
                client.post("{\"type\":\"tick\",\"data\":" + System.nanoTime() + "}");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            client.post("{\"type\":\"tick\",\"data\":0}");
        }
    }

    private void measure(final WeftServer server) throws IOException {
        try (SseClient client = server.subscribe("/events/stream?type=tick")) {
            while (true) {
                final String data = client.next().data();
                final long sentNs =
                        Long.parseLong(
                                data.substring(data.indexOf("\"data\":") + 7, data.length() - 2));
                if (sentNs == 0) {
                    return;
                }
                latencyUs.recordValue(Math.max(0, (System.nanoTime() - sentNs) / 1_000));
            }
        }
    }
}
