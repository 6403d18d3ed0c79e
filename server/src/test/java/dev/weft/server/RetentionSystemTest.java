package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.journal.JournalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retention seen over HTTP, with hours that pass by moving the server's clock. */
@Timeout(120)
class RetentionSystemTest {
    private static final long HOUR_US = TimeUnit.HOURS.toMicros(1);
    private static final int PER_HOUR = 10; // events
    private static final int LAPPING_EVENTS = 20; // long ones: more than the ring holds
    private static final int LONG_EVENTS = 60; // far more than two sockets hold
    private static final String LONG_EVENT =
            "{\"type\":\"long\",\"data\":\"" + "x".repeat(900_000) + "\"}";

    @TempDir private Path directory;
    private final SystemEpochMicroClock system = new SystemEpochMicroClock();
    private final AtomicLong aheadUs = new AtomicLong();

    private long nowUs() {
        return system.microTime() + aheadUs.get();
    }

    private void nextHour() {
        aheadUs.addAndGet(HOUR_US - nowUs() % HOUR_US + 1_000);
    }

    private WeftServer start(final Map<String, String> settings) {
        return WeftServer.of(
                Weft.start(
                        WeftServer.config(directory, settings),
                        JournalConfig.of(directory).clockUs(this::nowUs),
                        this::nowUs));
    }

    private static Map<String, String> keep(final String limit, final String value) {
        return new HashMap<>(Map.of("retention-" + limit, value));
    }

    private static void post(final HttpClient client, final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(client.post("{\"type\":\"tick\"}").status()).isEqualTo(200);
        }
    }

    private void fillHours(final HttpClient client, final int hours) throws IOException {
        for (int hour = 0; hour < hours; hour++) {
            nextHour();
            post(client, PER_HOUR);
        }
    }

    private static void awaitOldest(final HttpClient client, final long oldest) {
        await().untilAsserted(
                        () -> assertThat(client.get("/health").number("oldest")).isEqualTo(oldest));
    }

    /** The hour of the start is one of them, without events. */
    private int fileCount() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return (int) files.filter(file -> file.toString().endsWith(".cq4")).count();
        }
    }

    @ParameterizedTest
    @CsvSource({"events,10", "bytes,1m"})
    void shouldDeleteOldFilesAndTellWhoAsksForThem(final String limit, final String value)
            throws Exception {
        try (WeftServer server = start(keep(limit, value));
                HttpClient client = server.connect();
                SseClient live = server.subscribe("/events/stream")) {
            fillHours(client, 3);
            nextHour();
            for (int i = 0; i < LAPPING_EVENTS; i++) {
                assertThat(client.post(LONG_EVENT).status()).isEqualTo(200);
            }
            awaitOldest(client, 31);
            await().untilAsserted(() -> assertThat(fileCount()).isEqualTo(1));
            for (long sequence = 1; sequence <= 30 + LAPPING_EVENTS; sequence++) {
                assertThat(live.next().sequence()).isEqualTo(sequence);
            }
            try (SseClient late = new SseClient(server.address(), "/events/stream", "5")) {
                assertThat(late.next().data()).isEqualTo("{\"from\":6,\"to\":30,\"oldest\":31}");
                for (long sequence = 31; sequence <= 30 + LAPPING_EVENTS; sequence++) {
                    assertThat(late.next().sequence()).isEqualTo(sequence);
                }
            }
            for (final String gone : new String[] {"/events/5", "/events?after=5&limit=3"}) {
                final HttpClient.Answer answer = client.get(gone);
                assertThat(answer.status()).as(gone).isEqualTo(410);
                assertThat(answer.number("oldest")).isEqualTo(31);
            }
            for (final String first : new String[] {"after=30&order=asc", "order=asc"}) {
                assertThat(client.get("/events?limit=1&" + first).number("seq")).isEqualTo(31);
            }
            assertThat(client.get("/events?limit=1").number("oldest")).isEqualTo(31);
            assertThat(client.get("/metrics").body())
                    .contains("weft_retention_files_total 4")
                    .contains("weft_retention_overruled_total 0");
        }
    }

    @Test
    void shouldDeleteByAge() throws Exception {
        try (WeftServer server = start(keep("age", "150m"));
                HttpClient client = server.connect()) {
            fillHours(client, 5); // the first hour's newest event is at least three hours old
            awaitOldest(client, 11);
            await().untilAsserted(() -> assertThat(fileCount()).isEqualTo(4));
        }
    }

    @Test
    void shouldDeleteNothingUnlessTold() throws Exception {
        try (WeftServer server = start(Map.of());
                HttpClient client = server.connect()) {
            fillHours(client, 3);
            await().during(2, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(fileCount()).isEqualTo(1 + 3));
            assertThat(client.get("/health").number("oldest")).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepNumberingAndDuplicatesOverARestart() throws Exception {
        final String mine = "{\"type\":\"order\",\"id\":\"mine\"}";
        try (WeftServer server = start(keep("events", "10"));
                HttpClient client = server.connect()) {
            fillHours(client, 2);
            nextHour();
            post(client, PER_HOUR - 1);
            assertThat(client.post(mine).number("seq")).isEqualTo(30);
            awaitOldest(client, 21);
        }
        try (WeftServer server = start(keep("events", "10"));
                HttpClient client = server.connect()) {
            final HttpClient.Answer again = client.post(mine);
            assertThat(again.number("seq")).isEqualTo(30);
            assertThat(again.headers()).containsEntry("weft-duplicate", "true");
            assertThat(client.get("/health").number("oldest")).isEqualTo(21);
            assertThat(client.post("{\"type\":\"tick\"}").number("seq")).isEqualTo(31);
        }
    }

    @Test
    void shouldWaitForASubscriberThatIsCatchingUp() throws Exception {
        try (WeftServer server = start(keep("events", "1"));
                HttpClient client = server.connect();
                SseClient slow = server.subscribe("/events/stream")) {
            makeItFallBehind(client);
            await().during(3, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(fileCount()).isEqualTo(3));
            for (long sequence = 1; sequence <= LONG_EVENTS + 2; sequence++) {
                assertThat(slow.next().sequence()).isEqualTo(sequence); // no gap
            }
            awaitOldest(client, LONG_EVENTS + 2);
        }
    }

    @Test
    void shouldNotWaitForeverForASubscriberThatNeverReads() throws Exception {
        final Map<String, String> settings = keep("events", "1");
        settings.put("retention-lease-max", "1s");
        try (WeftServer server = start(settings);
                HttpClient client = server.connect();
                SseClient slow = server.subscribe("/events/stream")) {
            makeItFallBehind(client);
            awaitOldest(client, LONG_EVENTS + 2);
            SseClient.Frame frame = slow.next();
            long sequence = 0;
            while (!frame.event().equals("weft.gap")) {
                assertThat(frame.sequence()).isEqualTo(++sequence);
                frame = slow.next();
            }
            assertThat(frame.data())
                    .isEqualTo(
                            "{\"from\":%d,\"to\":%d,\"oldest\":%d}"
                                    .formatted(sequence + 1, LONG_EVENTS + 1, LONG_EVENTS + 2));
            assertThat(slow.next().sequence()).isEqualTo(LONG_EVENTS + 2);
            assertThat(client.get("/metrics").body())
                    .containsPattern("weft_retention_overruled_total [12]");
        }
    }

    /** One hour of long events, which nobody reads, and one short one in each of two more. */
    private void makeItFallBehind(final HttpClient client) throws IOException {
        nextHour();
        for (int i = 0; i < LONG_EVENTS; i++) {
            assertThat(client.post(LONG_EVENT).status()).isEqualTo(200);
        }
        nextHour();
        post(client, 1);
        nextHour();
        post(client, 1);
    }
}
