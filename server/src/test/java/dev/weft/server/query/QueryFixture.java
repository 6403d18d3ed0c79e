package dev.weft.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What tests of history ask and look at. */
public final class QueryFixture {
    private static final int ARRAY_MAX = 1_000;

    private QueryFixture() {}

    /** Publishes events given as JSON. */
    public static void publish(final HttpClient client, final List<String> events)
            throws IOException {
        for (int from = 0; from < events.size(); from += ARRAY_MAX) {
            final int to = Math.min(events.size(), from + ARRAY_MAX);
            assertThat(client.post(events.subList(from, to).toString()).status()).isEqualTo(200);
        }
    }

    /** The answer 200 to a request. */
    public static JsonNode json(final HttpClient client, final String path) throws IOException {
        final HttpClient.Answer answer = client.get(path);
        assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    /** The sequences of a page's events. */
    public static List<Long> sequences(final JsonNode page) {
        final List<Long> found = new ArrayList<>();
        page.path("events").forEach(event -> found.add(event.path("seq").asLong()));
        return found;
    }

    /** What a request is refused with: 400 and a detail. */
    public static String refusal(final HttpClient client, final String path) throws IOException {
        final HttpClient.Answer answer = client.get(path);
        assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(400);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        return JsonMapper.shared().readTree(answer.body()).path("detail").asString();
    }
}
