package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers that stall, leave and come back while others are served. */
@Timeout(120)
@OnEachTransport
class SlowReaderSystemTest {
    private static final int BATCH = 200;

    private final Transport transport;
    @TempDir Path directory;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private WeftServer server;
    private InetSocketAddress address;

    SlowReaderSystemTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
    }

    @BeforeEach
    void start() {
        server = WeftServer.start(directory, Map.of("transport", transport.toString()));
        address = server.address();
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        server.close();
    }

    /**
     * Publishes arrays of {@link #BATCH} events, a little over 200 bytes each, and returns the last
     * sequence.
     */
    private long publish(final HttpClient publisher, final int arrays, final String type)
            throws Exception {
        final String event =
                "{\"type\":\"" + type + "\",\"data\":{\"text\":\"" + "x".repeat(120) + "\"}}";
        final String array = "[" + (event + ",").repeat(BATCH - 1) + event + "]";
        long last = 0;
        for (int i = 0; i < arrays; i++) {
            final HttpClient.Answer answer = publisher.post(array);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            last = answer.number("last_seq");
        }
        return last;
    }

    @Test
    void shouldServeAStalledReaderFromTheJournalOnceItReadsAgain() throws Exception {
        try (HttpClient publisher = server.connect();
                StreamSocket slow =
                        StreamSocket.send(address, 4_096, "GET /events/stream?after=0 HTTP/1.1");
                StreamSocket fast = StreamSocket.get(address, "/events/stream?after=0")) {
            final Future<Long> reading = threads.submit(() -> readRun(fast, 1, 400L * BATCH));
            final long last =
                    publish(
                            publisher, 400,
                            "bulk"); // some 18 MB, more than sockets and water marks hold
            assertThat(reading.get(60, TimeUnit.SECONDS))
                    .as("the other reader")
                    .isEqualTo(last + 1);
            assertThat(readRun(slow, 1, last)).isEqualTo(last + 1);
            publish(publisher, 1, "live");
            assertThat(slow.id()).isEqualTo(last + 1);
        }
    }

    @Test
    void shouldShowEachReaderARunWhenItBreaksOffAndComesBackInMidStream() throws Exception {
        final int readers = 16;
        final AtomicBoolean isPublishing = new AtomicBoolean(true);
        final AtomicLong head = new AtomicLong();
        final Future<?> publishing =
                threads.submit(
                        (Callable<Void>)
                                () -> {
                                    try (HttpClient publisher = server.connect()) {
                                        while (isPublishing.get()) {
                                            head.set(publish(publisher, 1, "bulk"));
                                        }
                                    }
                                    return null;
                                });
        final List<Future<Long>> runs = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            final SplittableRandom random = new SplittableRandom(i);
            runs.add(
                    threads.submit(
                            () -> {
                                long next = 1;
                                for (int round = 0; round < 12; round++) {
                                    final String[] resume =
                                            next == 1
                                                    ? new String[0]
                                                    : new String[] {"Last-Event-ID: " + (next - 1)};
                                    try (StreamSocket stream =
                                            StreamSocket.get(
                                                    address, "/events/stream?after=0", resume)) {
                                        next = readRun(stream, next, next + random.nextInt(3_000));
                                        if (random.nextBoolean()) {
                                            stream.socket.setSoLinger(
                                                    true,
                                                    0); // a reset, with bytes still on the way
                                        }
                                    }
                                }
                                return next;
                            }));
        }
        for (final Future<Long> run : runs) {
            assertThat(run.get(100, TimeUnit.SECONDS)).isGreaterThan(1);
        }
        isPublishing.set(false);
        publishing.get(20, TimeUnit.SECONDS);
        try (HttpClient client = server.connect()) {
            assertThat(client.get("/events?limit=1").number("head")).isEqualTo(head.get());
        }
    }

    @Test
    @Tag("slow")
    void shouldShowAThousandReadersARunWhenTheyJoinInMidPublish() throws Exception {
        final int readers = 1_000;
        final int each = 300;
        final AtomicBoolean isPublishing = new AtomicBoolean(true);
        final Future<?> publishing =
                threads.submit(
                        (Callable<Void>)
                                () -> {
                                    try (HttpClient publisher = server.connect()) {
                                        while (isPublishing.get()) {
                                            publish(publisher, 1, "bulk");
                                        }
                                    }
                                    return null;
                                });
        await().until(() -> server.weft().head() > readers); // else after= lies in the future
        final List<Future<Void>> runs = new ArrayList<>();
        final ExecutorService pool = Executors.newFixedThreadPool(100);
        for (int i = 0; i < readers; i++) {
            final int number = i;
            runs.add(
                    pool.submit(
                            () -> {
                                final String start =
                                        number % 3 == 0
                                                ? ""
                                                : number % 3 == 1
                                                        ? "?last=100"
                                                        : "?after=" + number;
                                try (StreamSocket stream =
                                        StreamSocket.get(address, "/events/stream" + start)) {
                                    final long first = stream.id();
                                    if (number % 3 == 2) {
                                        assertThat(first).isEqualTo(number + 1);
                                    }
                                    readRun(stream, first + 1, first + each);
                                }
                                return null;
                            }));
        }
        for (final Future<Void> run : runs) {
            run.get(100, TimeUnit.SECONDS);
        }
        isPublishing.set(false);
        publishing.get(20, TimeUnit.SECONDS);
        pool.shutdownNow();
    }

    /**
     * Reads events, which must be exactly {@code next} to {@code last}, and returns the one after.
     */
    private static long readRun(final StreamSocket stream, final long next, final long last)
            throws Exception {
        for (long sequence = next; sequence <= last; sequence++) {
            final long id = stream.id();
            if (id != sequence) {
                throw new AssertionError("expected " + sequence + " but got " + id);
            }
            final String data = stream.line();
            if (!data.startsWith("data: {\"seq\":" + sequence + ",") || !data.endsWith("}}}")) {
                throw new AssertionError("broken frame of " + sequence + ": " + data);
            }
        }
        return last + 1;
    }
}
