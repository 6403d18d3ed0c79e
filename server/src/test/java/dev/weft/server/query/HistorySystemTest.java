package dev.weft.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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
        assertThat(client.get("/events").body())
                .isEqualTo(
                        "{\"events\":[],\"limit\":100,\"head\":0,\"oldest\":1,\"next_after\":0}");
        assertThat(client.get("/events?after=7").body())
                .isEqualTo(
                        "{\"events\":[],\"limit\":100,\"head\":0,\"oldest\":1,\"next_after\":7}");
        assertThat(client.get("/events?after=9223372036854775807").body())
                .endsWith("\"next_after\":9223372036854775807}");
    }

    @Test
    void shouldLeafThroughAllEventsInOrder() throws Exception {
        final List<String> envelopes = publish(25, "{\"a\":[1]}");
        final StringBuilder seen = new StringBuilder();
        long after = 0;
        for (int page = 0; page < 4; page++) {
            final HttpClient.Answer answer = client.get("/events?limit=7&after=" + after);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).containsEntry("content-type", "application/json");
            assertThat(answer.number("head")).isEqualTo(25);
            final String body = answer.body();
            final String events =
                    body.substring("{\"events\":[".length(), body.indexOf("],\"limit\":7,"));
            seen.append(seen.isEmpty() ? "" : ",").append(events);
            after = answer.number("next_after");
        }
        assertThat(after).isEqualTo(25);
        assertThat(seen.toString()).isEqualTo(envelopes.stream().collect(Collectors.joining(",")));
    }

    @Test
    void shouldEndAPageEarlyWhenItGetsLong() throws Exception {
        publish(12, '"' + "x".repeat(900_000) + '"');
        final HttpClient.Answer first = client.get("/events?limit=1000");
        assertThat(first.body().length()).isBetween(3_000_000, 5_000_000);
        final long next = first.number("next_after");
        assertThat(next).isBetween(3L, 5L);
        assertThat(client.get("/events?limit=1000&after=" + next).body())
                .startsWith("{\"events\":[{\"seq\":" + (next + 1));
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
