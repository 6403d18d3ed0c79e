package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.TestThreads;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A reader that stops reading for up to a minute, while far more is published than all buffers on
 * its way, the ring and the budget of reads under way can hold: 100 others keep their latency, some
 * of them in the same group, and the server's memory stays bounded. Then it reads a little, so that
 * it is catching up, and stops again, which must not fill the memory either; at last it gets
 * everything, each event once, and is live again. The same load without it, right before, is the
 * yardstick for the latency.
 */
@Tag("slow")
@Timeout(240)
class StalledReaderFaultTest {
    private static final int OTHERS = 100;
    private static final int OTHERS_IN_ITS_GROUP = 5;
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long ALONE_NS = TimeUnit.SECONDS.toNanos(8);
    private static final long STALL_AGAIN_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long TICK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long BULK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(16);
    private static final int BULK_LENGTH = 16 * 1024;
    private static final int BULK_BATCH = 4; // 4 MB/s, 147 MB in 36 s
    private static final long BACKLOG_MIN = 128L * 1024 * 1024;
    private static final int READ_BETWEEN = 1_000; // events: writable again, by far not caught up
    private static final long MEMORY_MAX = 16L * 1024 * 1024;
    private static final int TICKS_MIN = 100; // to each: enough for a p99, few for a busy machine
    private static final int RATIO_MAX = 3;
    private static final long SLACK_US = 100_000; // what a busy machine does alone

    @TempDir Path directory;
    private final Recorder latencyUs = new Recorder(3);
    private final AtomicLong bulkLength = new AtomicLong(); // bytes published by bulk
    private volatile boolean stopped;
    private final TestThreads threads = new TestThreads();

    @ParameterizedTest
    @CsvSource({"shared,60", "dedicated,36"})
    void shouldHarmNobodyAndLoseNothing(final String threading, final int stallSeconds)
            throws Exception {
        try (WeftServer server = WeftServer.start(directory, Map.of("threading", threading))) {
            final List<Thread> started = new ArrayList<>();
            for (int i = 0; i < OTHERS; i++) {
                final String path =
                        i < OTHERS_IN_ITS_GROUP ? "/events/stream" : "/events/stream?type=tick";
                started.add(threads.start(() -> measure(server, path)));
            }
            final Thread ticks = threads.start(() -> tick(server));
            final Thread load = threads.start(() -> bulk(server));
            pass(WARM_UP_NS);
            latencyUs.getIntervalHistogram();
            pass(ALONE_NS);
            final Histogram alone = latencyUs.getIntervalHistogram();
            final long head = server.weft().head();
            try (SseClient stalled =
                    new SseClient(server.address(), "/events/stream", Long.toString(head))) {
                stalled.next(); // it is live, and reads no more
                final long memory = PlatformDependent.usedDirectMemory();
                final long published = bulkLength.get();
                latencyUs.getIntervalHistogram();
                final long stalledMost = pass(TimeUnit.SECONDS.toNanos(stallSeconds)) - memory;
                final Histogram beside = latencyUs.getIntervalHistogram();
                final long backlog = bulkLength.get() - published;

                follow(stalled, head + 2, head + 1 + READ_BETWEEN);
                final long catchingUpMost = pass(STALL_AGAIN_NS) - memory;
                final String context =
                        "%s: p99 alone=%d us, beside a stalled reader=%d us; backlog=%d B; memory while live=%d B, while catching up=%d B"
                                .formatted(
                                        threading,
                                        alone.getValueAtPercentile(99),
                                        beside.getValueAtPercentile(99),
                                        backlog,
                                        stalledMost,
                                        catchingUpMost);
                System.out.println("stalled reader, " + context);
                assertThat(threads.failure()).as(context).isNull();
                assertThat(backlog)
                        .as("too little to show it: " + context)
                        .isGreaterThan(BACKLOG_MIN);
                assertThat(beside.getTotalCount())
                        .as("ticks that came to the others: " + context)
                        .isGreaterThan(OTHERS * TICKS_MIN);
                assertThat(stalledMost).as(context).isLessThan(MEMORY_MAX);
                assertThat(catchingUpMost).as(context).isLessThan(MEMORY_MAX);
                assertThat(beside.getValueAtPercentile(99))
                        .as(context)
                        .isLessThan(RATIO_MAX * alone.getValueAtPercentile(99) + SLACK_US);

                stopped = true;
                ticks.join();
                load.join();
                follow(stalled, head + 2 + READ_BETWEEN, server.weft().head());
                try (HttpClient client = server.connect()) {
                    final long last = client.post("{\"type\":\"last\"}").number("seq");
                    follow(stalled, last, last);
                }
            }
            for (final Thread thread : started) {
                thread.join();
            }
            assertThat(threads.failure()).isNull();
        }
    }

    /** Reads events, which must be exactly {@code first} to {@code last}. */
    private static void follow(final SseClient client, final long first, final long last)
            throws IOException {
        for (long sequence = first; sequence <= last; sequence++) {
            final SseClient.Frame frame = client.next();
            if (!frame.event().isEmpty() || frame.sequence() != sequence) {
                throw new AssertionError("instead of " + sequence + " came " + frame);
            }
        }
    }

    /** Lets time go by; answers the most direct memory that was in use meanwhile. */
    private long pass(final long ns) {
        final long end = System.nanoTime() + ns;
        long most = 0;
        while (System.nanoTime() - end < 0 && threads.failure() == null) {
            most = Math.max(most, PlatformDependent.usedDirectMemory());
            LockSupport.parkNanos(TICK_INTERVAL_NS);
        }
        return most;
    }

    private void bulk(final WeftServer server) throws IOException {
        final String line = "{\"type\":\"bulk\",\"data\":\"" + "x".repeat(BULK_LENGTH) + "\"}\n";
        final String lines = line.repeat(BULK_BATCH);
        try (HttpClient client = server.connect()) {
            long due = System.nanoTime();
            while (!stopped && threads.failure() == null) {
                final HttpClient.Answer answer =
                        client.post("/events", lines, "Content-Type: application/x-ndjson\r\n");
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                bulkLength.addAndGet(lines.length());
                due += BULK_INTERVAL_NS;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    private void tick(final WeftServer server) throws IOException {
        try (HttpClient client = server.connect()) {
            while (!stopped && threads.failure() == null) {
                client.post("{\"type\":\"tick\",\"data\":" + System.nanoTime() + "}");
                LockSupport.parkNanos(TICK_INTERVAL_NS);
            }
            client.post("{\"type\":\"tick\",\"data\":0}");
        }
    }

    private void measure(final WeftServer server, final String path) throws IOException {
        try (SseClient client = server.subscribe(path)) {
            while (true) {
                final String data = client.next().data();
                if (data.contains("\"type\":\"bulk\"")) {
                    continue;
                }
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
