package dev.weft.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.journal.Lease;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of history and single events, over HTTP. */
@Timeout(60)
class HistorySystemTest {
    @TempDir Path directory;
    private WeftServer server;
    private HttpClient client;

    @BeforeEach
    void start() throws Exception {
        server = WeftServer.start(directory);
        client = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private List<String> publish(final int count, final String data) throws Exception {
        final List<String> envelopes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            envelopes.add(client.post("{\"type\":\"t\",\"data\":" + data + "}").body());
        }
        return envelopes;
    }

    @Test
    void shouldAnswerAnEmptyPageWhenThereIsNothing() throws Exception {
        final String nothing =
                "{\"events\":[],\"total\":0,\"limit\":100,\"offset\":0,\"head\":0,\"oldest\":1,"
                        + "\"next_cursor\":null}";
        for (final String query :
                new String[] {
                    "",
                    "?after=7",
                    "?after=9223372036854775807",
                    "?before=1",
                    "?order=asc",
                    "?since=1h",
                    "?until=2001-01-01T00:00:00Z",
                    "?type=a"
                }) {
            assertThat(client.get("/events" + query).body()).as(query).isEqualTo(nothing);
        }
    }

    @Test
    void shouldLeafThroughAllEventsInOrder() throws Exception {
        final List<String> envelopes = publish(25, "{\"a\":[1]}");
        final StringBuilder seen = new StringBuilder();
        String cursor = "";
        for (int page = 0; page < 4; page++) {
            final HttpClient.Answer answer = client.get("/events?limit=7&order=asc" + cursor);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).containsEntry("content-type", "application/json");
            assertThat(answer.number("head")).isEqualTo(25);
            assertThat(answer.number("total")).isEqualTo(25);
            final String body = answer.body();
            final String events =
                    body.substring(
                            "{\"events\":[".length(), body.indexOf("],\"total\":25,\"limit\":7,"));
            seen.append(seen.isEmpty() ? "" : ",").append(events);
            cursor = page == 3 ? body : "&cursor=" + nextCursor(answer);
        }
        assertThat(cursor).endsWith("\"next_cursor\":null}");
        assertThat(seen.toString()).isEqualTo(envelopes.stream().collect(Collectors.joining(",")));
    }

    @Test
    void shouldEndAPageEarlyWhenItGetsLong() throws Exception {
        publish(12, '"' + "x".repeat(900_000) + '"');
        final HttpClient.Answer first = client.get("/events?limit=1000&order=asc");
        assertThat(first.body().length()).isBetween(900_000, 1_100_000);
        assertThat(client.get("/events?limit=1000&order=asc&cursor=" + nextCursor(first)).body())
                .startsWith("{\"events\":[{\"seq\":2");
    }

    @Test
    void shouldHoldTwoPagesForAClientThatAsksMuchAndReadsNothing() throws Exception {
        publish(12, '"' + "x".repeat(300_000) + '"');
        final History history = server.history();
        final int pages = 60;
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(server.address());
            socket.getOutputStream()
                    .write(
                            "GET /events?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .repeat(pages)
                                    .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> history.budget().holders() > 0);
            final long until = System.nanoTime() + 1_000_000_000L;
            int most = 0;
            while (System.nanoTime() < until) {
                most = Math.max(most, history.budget().holders());
                Thread.sleep(1);
            }
            assertThat(most).isBetween(1, ConnectionReads.UNDER_WAY_MAX + 1);
            assertThat(client.get("/events?limit=1").status()).as("others").isEqualTo(200);

            final byte[] buffer = new byte[1 << 16];
            long length = 0;
            while (length < pages * 900_000L) { // each has three events
                length += socket.getInputStream().read(buffer);
            }
        }
        await().until(() -> history.budget().used() == 0 && history.budget().holders() == 0);
    }

    /** The first one is answered last, and the second one makes the connection a stream. */
    @Test
    void shouldGiveBackWhatWaitsBehindAnExportOnItsConnection() throws Exception {
        publish(12, '"' + "x".repeat(300_000) + '"');
        final History history = server.history();
        final String durable = "{\"type\":\"t\"}";
        final String export = "GET /events HTTP/1.1\r\nHost: localhost\r\n%s\r\n";
        for (int i = 0; i < 5; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(server.address());
                socket.getOutputStream()
                        .write(
                                ("POST /events?durability=durable HTTP/1.1\r\nHost: localhost\r\n"
                                                + "Content-Length: "
                                                + durable.length()
                                                + "\r\n\r\n"
                                                + durable
                                                + export.formatted(
                                                        "Accept: application/x-ndjson\r\n")
                                                + export.formatted("")
                                                        .replace("events", "events?limit=3")
                                                + export.formatted(
                                                        "Accept: application/x-ndjson\r\n"))
                                        .getBytes(StandardCharsets.US_ASCII));
                final String answers =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(answers).contains("Weft-Durability: durable").endsWith("\r\n0\r\n\r\n");
            }
        }
        await().untilAsserted(
                        () -> {
                            assertThat(history.budget().used()).isZero();
                            assertThat(history.budget().holders()).isZero();
                            assertThat(history.neededSequence()).isEqualTo(Lease.NONE);
                        });
    }

    @Test
    void shouldAnswerOneEventOrWhyNot() throws Exception {
        final List<String> envelopes = publish(3, "null");
        for (int i = 0; i < 3; i++) {
            assertThat(client.get("/events/" + (i + 1)).body()).isEqualTo(envelopes.get(i));
        }
        for (final String path : new String[] {"4", "0", "-1", "x", "9223372036854775808", "1e2"}) {
            assertThat(client.get("/events/" + path).status()).as(path).isEqualTo(404);
        }
        assertThat(client.get("/events/1?x=1").status()).isEqualTo(400);
    }

    /** A block that cannot be read is no event that retention took. */
    @Test
    void shouldSayThatADamagedEventIsNotThere() throws Exception {
        for (final String text : new String[] {"first", "second", "third"}) {
            publish(1, "\"the " + text + " one\"");
        }
        client.close();
        server.close();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file :
                    files.filter(each -> each.toString().endsWith(".cq4")).toList()) {
                final byte[] bytes = Files.readAllBytes(file);
                final int at =
                        new String(bytes, StandardCharsets.ISO_8859_1).indexOf("the second one");
                if (at > 0) {
                    bytes[at] = 'T';
                    Files.write(file, bytes);
                }
            }
        }
        start();
        final HttpClient.Answer lost = client.get("/events/2");
        assertThat(lost.status()).isEqualTo(404);
        assertThat(lost.body())
                .contains("there is no event with this sequence: it was never used, or is damaged");
        assertThat(client.get("/events/3").status()).isEqualTo(200);
        assertThat(client.get("/events?before=4").body())
                .contains("\"total\":2,")
                .contains("\"gaps\":[{\"from\":2,\"to\":2}]");
    }

    static String nextCursor(final HttpClient.Answer answer) {
        final String body = answer.body();
        final String name = "\"next_cursor\":\"";
        final int begin = body.indexOf(name) + name.length();
        assertThat(begin).as(body).isGreaterThan(name.length());
        return body.substring(begin, body.indexOf('"', begin));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after=-1",
                "after=x",
                "after=",
                "after=9223372036854775808",
                "limit=0",
                "limit=1001",
                "limit=x",
                "after=1&after=2",
                "last=3",
                "typo=1"
            })
    void shouldRefuseParametersThatItDoesNotUnderstand(final String query) throws Exception {
        assertThat(client.get("/events?" + query).status()).isEqualTo(400);
    }
}
