package dev.weft.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What tests of sessions ask for, over one connection. */
public final class SessionCalls implements AutoCloseable {
    private static final String JSON = "Content-Type: application/json\r\n";

    private final HttpClient client;

    public SessionCalls(final InetSocketAddress address) throws IOException {
        this(new HttpClient(address));
    }

    public SessionCalls(final HttpClient client) {
        this.client = client;
    }

    /** A new session for workers; its id. */
    public String create() throws IOException {
        final Answer answer = post("", "{\"task\":\"a task\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return json(answer).path("id").asString();
    }

    /** A new session that a worker has; id and lease. */
    public String[] createClaimed() throws IOException {
        final String id = create();
        return new String[] {id, claim(id)};
    }

    /** Has a worker take a session; the lease. */
    public String claim(final String id) throws IOException {
        final Answer answer = post("/" + id + "/claim", "{\"worker\":\"w\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return json(answer).path("lease_id").asString();
    }

    /** Posts below {@code /v1/sessions}. */
    public Answer post(final String path, final String body) throws IOException {
        return client.post("/v1/sessions" + path, body, JSON);
    }

    /** Publishes AG-UI events. */
    public Answer agui(final String id, final String lease, final String body) throws IOException {
        return client.post(
                "/v1/sessions/" + id + "/agui", body, JSON + "Weft-Lease: " + lease + "\r\n");
    }

    public Answer get(final String path) throws IOException {
        return client.get("/v1/sessions" + path);
    }

    public Answer delete(final String path) throws IOException {
        client.send("DELETE", "/v1/sessions" + path, "", "");
        return client.answer();
    }

    /** What a session's status is. */
    public String status(final String id) throws IOException {
        return json(get("/" + id)).path("status").asString();
    }

    /** How many events of a type there are about a session. */
    public long count(final String id, final String type) throws IOException {
        final Answer answer =
                client.get("/events?subject=session/" + id + "&type=" + type + "&limit=1");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return json(answer).path("total").asLong();
    }

    public static JsonNode json(final Answer answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    /** Asserts a refusal: status, and the text under {@code error} as well as under detail. */
    public static void refused(final Answer answer, final int status, final String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(json(answer).path("error").asString()).isEqualTo(error);
        assertThat(json(answer).path("detail").asString()).isEqualTo(error);
        assertThat(json(answer).path("status").asInt()).isEqualTo(status);
    }

    public HttpClient connection() {
        return client;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
