package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What GET /subscribers tells, with subscribers on two loops. */
@Timeout(60)
class SubscribersSystemTest {
    @TempDir Path directory;
    private WeftServer server;
    private InetSocketAddress address;
    private HttpClient client;

    @BeforeEach
    void start() throws Exception {
        server = WeftServer.start(directory, Map.of("threading", "dedicated", "io-threads", "2"));
        address = server.address();
        client = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    private static String id(final StreamSocket stream) {
        final String id = stream.headers.getOrDefault("weft-subscriber", "");
        assertThat(id).matches("[1-9][0-9]*");
        return id;
    }

    private String body(final String path) throws Exception {
        final HttpClient.Answer answer = client.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void shouldTellASubscriberAboutItself() throws Exception {
        client.post("{\"type\":\"a\"}");
        try (StreamSocket stream =
                        StreamSocket.get(
                                address,
                                "/events/stream?type=step.*&type=a&subject=job/7&run_id=r%22"
                                        + "&policy=sample=5/s&event_names=true");
                StreamSocket lines =
                        StreamSocket.get(
                                address, "/events/stream?after=0", "Accept: application/x-ndjson");
                StreamSocket webSocket =
                        StreamSocket.webSocket(address, "/events/ws?policy=latest")) {
            final String own = body("/subscribers/" + id(stream));
            assertThat(own)
                    .startsWith("{\"id\":\"" + id(stream) + "\",\"state\":\"live\",\"cursor\":2,")
                    .contains("\"lag_events\":0,\"lag_us\":0,\"policy\":\"sample=5/s\",")
                    .contains(
                            "\"filter\":{\"type\":[\"a\",\"step.*\"],\"subject\":[\"job/7\"],"
                                    + "\"run_id\":[\"r\\\"\"]},")
                    .contains("\"framing\":\"sse\",\"event_names\":true,")
                    .containsPattern("\"remote\":\"127.0.0.1:[0-9]+\"")
                    .containsPattern("\"since\":[0-9]{16},\"pending_bytes\":0,")
                    .containsPattern(
                            "\"last_catch_up\":\\{\"ts\":[0-9]{16},\"reason\":\"subscribed\"}}$")
                    .doesNotContain("last_stall");
            lines.line();
            assertThat(body("/subscribers/" + id(lines)))
                    .contains("\"policy\":\"all\",\"filter\":{},\"framing\":\"ndjson\",")
                    .doesNotContain("event_names");
            assertThat(body("/subscribers/" + id(webSocket)))
                    .contains("\"policy\":\"latest\",\"filter\":{},\"framing\":\"websocket\",");
        }
    }

    @Test
    void shouldTellWhyASubscriberIsBehind() throws Exception {
        try (StreamSocket stalled =
                StreamSocket.send(address, 8_192, "GET /events/stream HTTP/1.1")) {
            final String event = "{\"type\":\"a\",\"data\":\"" + "x".repeat(100_000) + "\"}";
            final String path = "/subscribers/" + id(stalled);
            for (int i = 0; i < 100; i++) {
                client.post(event);
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(body(path))
                                            .contains("\"state\":\"catching_up\"")
                                            .containsPattern("\"lag_events\":[1-9]")
                                            .containsPattern("\"lag_us\":[1-9]")
                                            .containsPattern("\"pending_bytes\":[1-9][0-9]{4}")
                                            .containsPattern("\"last_stall\":\\{\"ts\":[0-9]{16}}")
                                            .contains("\"reason\":\"not_writable\""));
            for (int i = 1; i <= 100; i++) {
                assertThat(stalled.id()).isEqualTo(i);
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(body(path))
                                            .contains("\"state\":\"live\",\"cursor\":101,")
                                            .contains("\"pending_bytes\":0,")
                                            .containsPattern(
                                                    "\"last_stall\":\\{\"ts\":[0-9]{16},"
                                                            + "\"duration_us\":[1-9][0-9]*}")
                                            .contains("\"reason\":\"not_writable\""));
        }
    }

    @Test
    void shouldPageThroughAllOfThem() throws Exception {
        final List<StreamSocket> streams = new ArrayList<>();
        try {
            final List<String> ids = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                streams.add(StreamSocket.get(address, "/events/stream"));
                ids.add(id(streams.get(i)));
            }
            final List<String> seen = new ArrayList<>();
            String after = "0";
            for (int page = 0; page < 4; page++) {
                final String body = body("/subscribers?limit=2&after=" + after);
                assertThat(body).contains("\"limit\":2,\"total\":7");
                for (final String part : body.split("\\{\"id\":\"", -1)) {
                    if (!part.startsWith("{")) {
                        seen.add(part.substring(0, part.indexOf('"')));
                    }
                }
                final int next = body.indexOf("\"next_after\":\"");
                assertThat(next >= 0).as(body).isEqualTo(page < 3);
                after = page < 3 ? body.substring(next + 14, body.indexOf('"', next + 14)) : "";
            }
            assertThat(seen).isEqualTo(ids);
            streams.get(0).close();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> client.get("/subscribers/" + ids.get(0)).status() == 404);
            assertThat(body("/subscribers")).contains("\"total\":6").doesNotContain("next_after");
        } finally {
            for (final StreamSocket stream : streams) {
                stream.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/subscribers?limit=0, 400",
                "/subscribers?limit=1001, 400",
                "/subscribers?after=-1, 400",
                "/subscribers?after=x, 400",
                "/subscribers?after=9223372036854775807, 200",
                "/subscribers?after=9223372036854775808, 400",
                "/subscribers?after=18446744073709551616, 400",
                "/subscribers/9223372036854775807, 404",
                "/subscribers?other=1, 400",
                "/subscribers/1?limit=1, 400",
                "/subscribers/0, 404",
                "/subscribers/7, 404",
                "/subscribers/x, 404",
                "/subscribers/99999999999999999999, 404"
            })
    void shouldRefuseWhatItDoesNotKnow(final String pathAndStatus) throws Exception {
        final String[] parts = pathAndStatus.split(", ", -1);
        assertThat(client.get(parts[0]).status()).isEqualTo(Integer.parseInt(parts[1]));
    }
}
