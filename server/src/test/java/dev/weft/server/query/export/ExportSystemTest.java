package dev.weft.server.query.export;

import static dev.weft.server.query.QueryFixture.publish;
import static dev.weft.server.query.QueryFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that matches as lines, over HTTP. */
@Timeout(120)
class ExportSystemTest {
    private static final int COUNT = 4_000; // some chunks
    private static final Pattern SEQUENCE = Pattern.compile("\\{\"seq\":(\\d+),.*\\}\\}");
    private static final String LINES = "Accept: application/x-ndjson\r\n";

    @TempDir private Path directory;
    private WeftServer server;
    private HttpClient client;

    @BeforeEach
    void start() throws Exception {
        server = WeftServer.start(directory, Map.of("subscribers-max", "10"));
        client = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private HttpClient.Answer export(final String query) throws IOException {
        try (HttpClient own = server.connect()) {
            own.send("GET", "/events" + query, "", LINES);
            return own.answer();
        }
    }

    private static List<String> lines(final HttpClient.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "application/x-ndjson");
        assertThat(answer.body().isEmpty() || answer.body().endsWith("\n")).isTrue();
        return answer.body().lines().toList();
    }

    private List<String> publishMixed(final int count) throws IOException {
        final List<String> events = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            events.add(
                    "{\"type\":\"t."
                            + i % 7
                            + "\",\"subject\":\"job/"
                            + i % 50
                            + "\",\"data\":"
                            + i
                            + '}');
        }
        publish(client, events);
        final List<String> envelopes = new ArrayList<>();
        for (int after = 0; after < count; after += 1_000) {
            final String page = client.get("/events?order=asc&limit=1000&after=" + after).body();
            final String inner =
                    page.substring("{\"events\":[".length(), page.indexOf("],\"total\""));
            for (final String envelope : inner.split("(?<=\\}\\}),(?=\\{\"seq\")", -1)) {
                envelopes.add(envelope);
            }
        }
        assertThat(envelopes).hasSize(count);
        return envelopes;
    }

    @Test
    void shouldBeEmptyWhenThereIsNothing() throws Exception {
        final HttpClient.Answer answer = export("");
        assertThat(lines(answer)).isEmpty();
        assertThat(answer.headers())
                .containsEntry("weft-total", "0")
                .containsEntry("weft-head", "0");
    }

    @Test
    void shouldTellAllInOrder() throws Exception {
        final List<String> all = publishMixed(COUNT);
        final HttpClient.Answer answer = export("");
        assertThat(lines(answer)).isEqualTo(all);
        assertThat(answer.headers())
                .containsEntry("weft-total", "4000")
                .containsEntry("weft-head", "4000")
                .containsEntry("connection", "close");
        assertThat(lines(export("?after=2345"))).isEqualTo(all.subList(2_345, COUNT));
        assertThat(lines(export("?after=3999"))).isEqualTo(all.subList(3_999, COUNT));
        assertThat(lines(export("?after=4000"))).isEmpty();
        assertThat(lines(export("?before=3"))).isEqualTo(all.subList(0, 2));
        assertThat(lines(export("?limit=1500&after=10"))).isEqualTo(all.subList(10, 1_510));
        final List<String> down = new ArrayList<>(all);
        Collections.reverse(down);
        assertThat(lines(export("?order=desc"))).isEqualTo(down);
        assertThat(lines(export("?order=desc&limit=3"))).isEqualTo(down.subList(0, 3));
        final List<String> some = all.stream().filter(line -> line.contains("\"t.3\"")).toList();
        final HttpClient.Answer filtered = export("?type=t.3");
        assertThat(lines(filtered)).isEqualTo(some);
        assertThat(filtered.headers()).containsEntry("weft-total", Integer.toString(some.size()));
        final List<String> fewer =
                some.stream().filter(line -> line.contains("\"job/3\"")).toList();
        assertThat(fewer).isNotEmpty();
        assertThat(lines(export("?type=t.3&subject=job/3"))).isEqualTo(fewer);
        assertThat(lines(export("?fields=data&after=3998")))
                .containsExactly(
                        "{\"seq\":3999,\"event\":{\"data\":3999}}",
                        "{\"seq\":4000,\"event\":{\"data\":4000}}");
    }

    @Test
    void shouldTakeEventsOfAnyLength() throws Exception {
        final List<String> events = new ArrayList<>();
        for (final int length : new int[] {1, 900_000, 10, 262_144, 262_000, 3, 600_000}) {
            events.add("{\"type\":\"long\",\"data\":\"" + "x".repeat(length) + "\"}");
        }
        for (final String event : events) {
            assertThat(client.post(event).status()).isEqualTo(200);
        }
        final List<String> lines = lines(export(""));
        assertThat(lines).hasSize(events.size());
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(client.get("/events/" + (i + 1)).body());
        }
        assertThat(lines(export("?type=long"))).isEqualTo(lines);
    }

    @Test
    void shouldEndWhereItBegan() throws Exception {
        publishMixed(100);
        try (HttpClient own = server.connect()) {
            own.send(
                    "GET",
                    "/events",
                    "",
                    "Accept: application/x-ndjson, application/json;q=0.5\r\n");
            assertThat(lines(own.answer())).hasSize(100);
            assertThat(own.socket().getInputStream().read()).as("closed").isEqualTo(-1);
        }
    }

    @Test
    void shouldPreferAPageIfThatIsAskedFor() throws Exception {
        client.send(
                "GET", "/events", "", "Accept: application/json, application/x-ndjson;q=0.5\r\n");
        assertThat(client.answer().body()).startsWith("{\"events\":[");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "offset=1",
                "cursor=x",
                "order=up",
                "fields=x",
                "since=x",
                "typo=1"
            })
    void shouldRefuseWhatItDoesNotUnderstand(final String query) throws Exception {
        final HttpClient.Answer answer = export("?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body())
                .contains("\"detail\":\"" + query.substring(0, query.indexOf('=')) + ": ");
    }

    /** Who does not read makes the server hold two chunks, and gets everything when it reads. */
    @Test
    void shouldHoldLittleForWhoDoesNotRead() throws Exception {
        final List<String> events = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            events.add("{\"type\":\"long\",\"data\":\"" + "x".repeat(90_000) + "\"}");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(client.post(events.toString()).status()).isEqualTo(200); // 72 MB in all
        }
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(server.address());
            socket.getOutputStream()
                    .write(
                            ("GET /events HTTP/1.0\r\nHost: localhost\r\n" + LINES + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> server.history().budget().used() > 0);
            await().during(1, TimeUnit.SECONDS)
                    .until(
                            () ->
                                    server.history().budget().used()
                                            <= 3L * 2 * ExportRead.CHUNK_LENGTH);
            final InputStream in = socket.getInputStream();
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                while (!line.isEmpty()) {
                    line = reader.readLine();
                }
                for (int sequence = 1; sequence <= 800; sequence++) {
                    assertThat(reader.readLine()).startsWith("{\"seq\":" + sequence + ",");
                }
                assertThat(reader.readLine()).isNull();
            }
        }
        await().until(() -> server.history().budget().used() == 0);
    }

    /** Cut off in a way that the client notices, who goes on from there at the next server. */
    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void shouldCutOffWhatIsNotOverWhenTheServerStops(final String version) throws Exception {
        final String event = "{\"type\":\"long\",\"data\":\"" + "x".repeat(90_000) + "\"}";
        for (int i = 0; i < 10; i++) {
            assertThat(client.post(Collections.nCopies(40, event).toString()).status())
                    .isEqualTo(200); // 36 MB in all
        }
        long last = 0;
        boolean isOver = true;
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(server.address());
            socket.getOutputStream()
                    .write(
                            "GET /events HTTP/%s\r\nHost: localhost\r\n%s\r\n"
                                    .formatted(version, LINES)
                                    .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> server.history().budget().used() > 0);
            final long startNs = System.nanoTime();
            server.close();
            assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(15));
            assertThat(server.history().budget().used()).as("nothing is held").isZero();
            try (BufferedReader reader =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                while (line != null) {
                    isOver = line.equals("0");
                    final Matcher envelope = SEQUENCE.matcher(line);
                    if (envelope.matches()) {
                        last = Long.parseLong(envelope.group(1));
                    }
                    line = reader.readLine();
                }
                if (version.equals("1.0")) {
                    isOver = true; // an end of the connection is all that there is to tell it
                }
            } catch (final SocketException ex) {
                isOver = false; // reset
            }
        }
        assertThat(isOver).isFalse();
        assertThat(last).isLessThan(400);
        client.close();
        start();
        final List<String> rest = lines(export("?order=asc&after=" + last));
        assertThat(rest).hasSize((int) (400 - last));
        assertThat(rest.get(0)).startsWith("{\"seq\":" + (last + 1) + ",");
    }

    @Test
    void shouldGiveBackWhatAClientThatWentAwayHeld() throws Exception {
        publishMixed(COUNT);
        for (int i = 0; i < 20; i++) {
            try (HttpClient own = server.connect()) {
                own.send("GET", "/events" + (i % 2 == 0 ? "" : "?type=t.*"), "", LINES);
                own.socket().getInputStream().read();
            }
        }
        await().until(
                        () ->
                                server.history().budget().used() == 0
                                        && server.history().budget().holders() == 0);
        assertThat(lines(export(""))).hasSize(COUNT);
        assertThat(refusal(client, "/events?x=1")).startsWith("x: unknown parameter");
    }
}
