package dev.weft.server;

import static dev.weft.server.query.QueryFixture.json;
import static dev.weft.server.query.QueryFixture.sequences;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.journal.JournalConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Questions about the past while retention deletes it, with hours that pass by a moved clock. */
@Timeout(120)
class HistoryRetentionSystemTest {
    private static final long HOUR_US = TimeUnit.HOURS.toMicros(1);
    private static final int PER_HOUR = 20;
    private static final String LONG = '"' + "x".repeat(900_000) + '"'; // an hour fills no socket

    @TempDir private Path directory;
    private final SystemEpochMicroClock system = new SystemEpochMicroClock();
    private final AtomicLong aheadUs = new AtomicLong();

    private long nowUs() {
        return system.microTime() + aheadUs.get();
    }

    private WeftServer start(final Map<String, String> settings) {
        return WeftServer.of(
                Weft.start(
                        WeftServer.config(directory, settings),
                        JournalConfig.of(directory).clockUs(this::nowUs),
                        this::nowUs));
    }

    /** Events of the next hour, every other one of type a. */
    private void fillHour(final HttpClient client, final String data) throws IOException {
        aheadUs.addAndGet(HOUR_US - nowUs() % HOUR_US + 1_000);
        for (int i = 0; i < PER_HOUR; i++) {
            final String type = i % 2 == 0 ? "a" : "b";
            assertThat(client.post("{\"type\":\"" + type + "\",\"data\":" + data + '}').status())
                    .isEqualTo(200);
        }
    }

    private static void awaitOldest(final HttpClient client, final long oldest) {
        await().untilAsserted(
                        () -> assertThat(client.get("/health").number("oldest")).isEqualTo(oldest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void shouldPageOnWhileEventsArriveAndTellWhenTheRestIsDeleted(final String order)
            throws Exception {
        try (WeftServer server = start(Map.of("retention-events", "60"));
                HttpClient client = server.connect()) {
            for (int hour = 0; hour < 3; hour++) {
                fillHour(client, "0"); // 1 to 60, all of them kept
            }
            final boolean isAscending = order.equals("asc");
            final String query = "/events?type=a&limit=4&order=" + order;
            final List<Long> seen = new ArrayList<>();
            JsonNode page = json(client, query);
            assertThat(page.path("total").asLong()).isEqualTo(30);
            while (seen.size() < 16) {
                seen.addAll(sequences(page));
                page = json(client, query + "&cursor=" + page.path("next_cursor").asString());
                assertThat(client.post("{\"type\":\"a\"}").status()).isEqualTo(200);
            }
            final List<Long> expected = new ArrayList<>();
            for (long i = 0; i < 16; i++) {
                expected.add(isAscending ? 1 + 2 * i : 59 - 2 * i);
            }
            assertThat(seen).isEqualTo(expected);
            assertThat(page.path("head").asLong()).isEqualTo(60);

            fillHour(client, "0"); // pushes the first hour out
            awaitOldest(client, 21);
            final String cursor = "&cursor=" + page.path("next_cursor").asString();
            final HttpClient.Answer next = client.get(query + cursor);
            if (isAscending) {
                assertThat(next.status())
                        .isEqualTo(200); // it stands at 39: nothing it needs is gone
                page = JsonMapper.shared().readTree(next.body());
                assertThat(sequences(page)).containsExactly(41L, 43L, 45L, 47L);
                assertThat(page.path("total").asLong()).isEqualTo(20);
                assertThat(page.path("oldest").asLong()).isEqualTo(21);
            } else {
                assertThat(next.status()).as(next.body()).isEqualTo(410); // it stood at 21
                assertThat(next.number("oldest")).isEqualTo(21);
            }

            fillHour(client, "0");
            fillHour(client, "0");
            awaitOldest(client, 65);
            final HttpClient.Answer late = client.get(query + cursor);
            assertThat(late.status()).isEqualTo(410);
            assertThat(late.headers()).containsEntry("content-type", "application/problem+json");
            assertThat(late.number("oldest")).isEqualTo(65);
            for (final String gone :
                    new String[] {
                        "/events?after=30",
                        "/events?after=63",
                        "/events?before=65",
                        "/events?before=2",
                        "/events/histogram?after=30"
                    }) {
                assertThat(client.get(gone).status()).as(gone).isEqualTo(410);
                assertThat(client.get(gone).number("oldest")).as(gone).isEqualTo(65);
            }
            for (final String there :
                    new String[] {
                        "/events?after=64",
                        "/events?after=0",
                        "/events?before=66",
                        "/events?before=1",
                        "/events?since=2001-01-01T00:00:00Z"
                    }) {
                assertThat(client.get(there).status()).as(there).isEqualTo(200);
            }
            final JsonNode types = json(client, "/events/types").path("types");
            assertThat(types.get(0).path("first_seq").asLong()).isGreaterThanOrEqualTo(65);
        }
    }

    private static BufferedReader export(final Socket socket, final WeftServer server)
            throws IOException {
        socket.setReceiveBufferSize(64 * 1024);
        socket.connect(server.address());
        socket.getOutputStream()
                .write(
                        "GET /events HTTP/1.0\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        final BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        while (!line.isEmpty()) {
            line = reader.readLine();
        }
        assertThat(reader.readLine()).startsWith("{\"seq\":1,");
        return reader;
    }

    @Test
    void shouldWaitForAnOpenExport() throws Exception {
        try (WeftServer server = start(Map.of("retention-events", "21"));
                HttpClient client = server.connect();
                Socket socket = new Socket()) {
            fillHour(client, LONG);
            final BufferedReader lines = export(socket, server);
            fillHour(client, "0");
            fillHour(client, "0");
            fillHour(client, "0");
            await().during(3, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> assertThat(client.get("/health").number("oldest")).isEqualTo(1));
            for (int sequence = 2; sequence <= PER_HOUR; sequence++) {
                assertThat(lines.readLine()).startsWith("{\"seq\":" + sequence + ",");
            }
            assertThat(lines.readLine()).as("what came later is not part of it").isNull();
            awaitOldest(client, 2L * PER_HOUR + 1);
        }
    }

    @Test
    void shouldTellAnExportThatTookTooLongWhatItLost() throws Exception {
        try (WeftServer server =
                        start(Map.of("retention-events", "60", "retention-lease-max", "1s"));
                HttpClient client = server.connect();
                Socket socket = new Socket()) {
            for (int hour = 0; hour < 3; hour++) {
                fillHour(client, LONG);
            }
            final BufferedReader lines = export(socket, server);
            fillHour(client, "0");
            fillHour(client, "0"); // the first two are deleted as soon as the lease is over
            awaitOldest(client, 2L * PER_HOUR + 1);
            long sequence = 1;
            String line = lines.readLine();
            while (line.startsWith("{\"seq\":" + (sequence + 1) + ',')) {
                sequence++;
                line = lines.readLine();
            }
            assertThat(line)
                    .isEqualTo(
                            "{\"weft.gap\":{\"from\":%d,\"to\":%d,\"oldest\":%d}}"
                                    .formatted(sequence + 1, 2 * PER_HOUR, 2 * PER_HOUR + 1));
            for (sequence = 2 * PER_HOUR + 1; sequence <= 3 * PER_HOUR; sequence++) {
                assertThat(lines.readLine()).startsWith("{\"seq\":" + sequence + ',');
            }
            assertThat(lines.readLine()).isNull();
        }
    }
}
