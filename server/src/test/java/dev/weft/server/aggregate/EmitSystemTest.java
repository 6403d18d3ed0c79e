package dev.weft.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.RunningServer;
import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import dev.weft.server.record.Uuids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class EmitSystemTest {
    private static final String JSON = "Content-Type: application/json\r\n";

    @RegisterExtension private final RunningServer server = new RunningServer();
    @TempDir private Path directory;

    private Answer emit(final String kind, final String body) throws IOException {
        return server.client().post("/events/emit/" + kind, body, JSON);
    }

    private JsonNode emitted(final String kind, final String body) throws IOException {
        final Answer answer = emit(kind, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        final String seq = answer.headers().get("weft-seq");
        final JsonNode event = json(server.client().get("/events/" + seq)).path("event");
        final JsonNode said = json(answer);
        assertThat(said.path("success").asBoolean()).isTrue();
        assertThat(said.path("event_id").asString()).isEqualTo(event.path("id").asString());
        assertThat(Uuids.isUuid(said.path("event_id").asString())).isTrue();
        assertThat(said.propertyNames())
                .containsExactly("success", "event_id", "message", "timestamp");
        return event;
    }

    private static JsonNode json(final Answer answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    @Test
    void shouldMakeAnOrdinaryEventOfWhatAnAgentEmits() throws IOException {
        final JsonNode event =
                emitted(
                        "agent",
                        """
                        {"name": "agent.started", "attributes": {"agent_name": "url-cacher", "n": 1.50},
                         "aggregate_id": "url-cacher-abc123", "correlation_id": "workflow-def456",
                         "causation_id": "parent-agent-789", "unknown": [1, {"deep": true}]}""");
        assertThat(event.path("type").asString()).isEqualTo("agent.started");
        assertThat(event.path("category").asString()).isEqualTo("agent");
        assertThat(event.path("subject").asString()).isEqualTo("agent/url-cacher-abc123");
        assertThat(event.path("correlation_id").asString()).isEqualTo("workflow-def456");
        assertThat(event.path("causation_id").asString()).isEqualTo("parent-agent-789");
        assertThat(server.client().get("/events/1").body())
                .as("byte for byte, but for white space")
                .contains("\"data\":{\"agent_name\":\"url-cacher\",\"n\":1.50}");
        assertThat(event.has("occurred_at")).isFalse();
        assertThat(event.has("unknown")).isFalse();
    }

    @Test
    void shouldSayWhatWasEmittedAndWhen() throws IOException {
        final JsonNode server = json(emit("workflow", "{\"name\":\"workflow.started\"}"));
        assertThat(server.path("message").asString())
                .isEqualTo("Workflow event 'workflow.started' emitted successfully");
        assertThat(server.path("timestamp").asString())
                .as("UTC, without a zone")
                .matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}");
        final JsonNode caller =
                json(
                        emit(
                                "system",
                                "{\"name\":\"session.started\",\"timestamp\":\"2026-01-13T14:30:45.5+02:00\"}"));
        assertThat(caller.path("message").asString())
                .isEqualTo("System event 'session.started' emitted successfully");
        assertThat(caller.path("timestamp").asString())
                .as("the caller's zone stays")
                .isEqualTo("2026-01-13T14:30:45.5+02:00");
    }

    @Test
    void shouldGiveAnIdToAnAggregateThatHasNone() throws IOException {
        final String agent = emitted("agent", "{\"name\":\"a\"}").path("subject").asString();
        final String workflow = emitted("workflow", "{\"name\":\"a\"}").path("subject").asString();
        assertThat(agent).startsWith("agent/");
        assertThat(Uuids.isUuid(agent.substring(6))).as(agent).isTrue();
        assertThat(workflow).startsWith("workflow/");
        assertThat(Uuids.isUuid(workflow.substring(9))).as(workflow).isTrue();
        assertThat(emitted("agent", "{\"name\":\"a\"}").path("subject").asString())
                .isNotEqualTo(agent);
        assertThat(emitted("system", "{\"name\":\"a\"}").path("subject").asString())
                .isEqualTo("system/system");
        assertThat(
                        emitted("system", "{\"name\":\"a\",\"aggregate_id\":\"ghi789\"}")
                                .path("subject")
                                .asString())
                .isEqualTo("session/ghi789");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-13T14:30:45Z,2026-01-13T14:30:45Z",
        "2026-01-13T14:30:45.123456,2026-01-13T14:30:45.123456Z",
        "2026-01-13 14:30:45,2026-01-13T14:30:45.000000Z",
        "2026-01-13T14:30:45+0530,2026-01-13T09:00:45.000000Z",
    })
    void shouldKeepTheCallersTimeAsAnEventHasIt(final String given, final String kept)
            throws IOException {
        final JsonNode event = emitted("agent", "{\"name\":\"a\",\"timestamp\":\"" + given + "\"}");
        assertThat(event.path("occurred_at").asString()).isEqualTo(kept);
    }

    @Test
    void shouldTakeNullForAbsent() throws IOException {
        final JsonNode event =
                emitted(
                        "agent",
                        "{\"name\":\"a\",\"attributes\":null,\"timestamp\":null,\"aggregate_id\":null,"
                                + "\"causation_id\":null,\"correlation_id\":null}");
        assertThat(event.path("data").isObject()).isTrue();
        assertThat(event.has("correlation_id")).isFalse();
    }

    static String[][] refusals() {
        return new String[][] {
            {"{}", "name: is required"},
            {"{\"name\":null}", "name: is required"},
            {"{\"name\":7}", "name: must be a string"},
            {"{\"name\":\"\"}", "name: must be "},
            {"{\"name\":\"two words\"}", "name: must be "},
            {"{\"name\":\"weft.gap\"}", "not begin with weft. or journal."},
            {"{\"name\":\"" + "a".repeat(129) + "\"}", "name: must be "},
            {"{\"name\":\"a\",\"name\":\"b\"}", "a member is given twice"},
            {"{\"name\":\"a\",\"attributes\":[]}", "attributes: must be an object"},
            {"{\"name\":\"a\",\"attributes\":{\"x\":1e999}}", "number"},
            {"{\"name\":\"a\",\"aggregate_id\":\"a b\"}", "aggregate_id: must be"},
            {"{\"name\":\"a\",\"aggregate_id\":\"\"}", "aggregate_id: must be"},
            {"{\"name\":\"a\",\"aggregate_id\":5}", "aggregate_id: must be a string"},
            {"{\"name\":\"a\",\"correlation_id\":\"\"}", "correlation_id"},
            {"{\"name\":\"a\",\"causation_id\":\"x\\u0001\"}", "causation_id"},
            {"{\"name\":\"a\",\"timestamp\":\"yesterday\"}", "timestamp: must be a time"},
            {"{\"name\":\"a\",\"timestamp\":\"2026-02-30T00:00:00Z\"}", "timestamp: must be"},
            {"{\"name\":\"a\",\"timestamp\":1}", "timestamp: must be a string"},
            {"[]", "one JSON object"},
            {"\"a\"", "one JSON object"},
            {"{\"name\":\"a\"", "malformed JSON"},
            {"{\"name\":\"a\"} x", "malformed JSON"},
            {"{\"name\":\"a\"}{}", "nothing may follow"},
            {"name=a", "malformed JSON"},
        };
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseWithAReasonAndAppendNothing(final String body, final String reason)
            throws IOException {
        final Answer answer = emit("agent", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString()).contains(reason);
        assertThat(json(answer).path("message").asString())
                .isEqualTo(json(answer).path("detail").asString());
        assertThat(server.weft().head()).isZero();
        assertThat(emit("agent", "{\"name\":\"a\"}").status())
                .as("the same connection")
                .isEqualTo(200);
    }

    @Test
    void shouldRefuseAnEmptyBodyAndOthersThanJson() throws IOException {
        assertThat(emit("agent", "").status()).isEqualTo(400);
        assertThat(
                        server.client()
                                .post(
                                        "/events/emit/agent",
                                        "{\"name\":\"a\"}\n",
                                        "Content-Type: application/x-ndjson\r\n")
                                .status())
                .isEqualTo(415);
        assertThat(
                        server.client()
                                .post("/events/emit/agent?limit=1", "{\"name\":\"a\"}", JSON)
                                .status())
                .isEqualTo(400);
        assertThat(server.client().post("/events/emit/robot", "{\"name\":\"a\"}", JSON).status())
                .isEqualTo(404);
        assertThat(server.weft().head()).isZero();
    }

    @Test
    void shouldRefuseWhatIsTooLongAndTakeWhatIsNot() throws IOException {
        final String large = "x".repeat(900_000);
        assertThat(
                        emit("agent", "{\"name\":\"a\",\"attributes\":{\"t\":\"" + large + "\"}}")
                                .status())
                .isEqualTo(200);
        final Answer answer =
                emit("agent", "{\"name\":\"a\",\"attributes\":{\"t\":\"" + large + large + "\"}}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(server.weft().head()).isEqualTo(1);
    }

    @Test
    void shouldAnswerPipelinedEmissionsInTheirOrder() throws IOException {
        for (int i = 0; i < 50; i++) {
            server.client().send("POST", "/events/emit/agent", "{\"name\":\"a.n" + i + "\"}", JSON);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(json(server.client().answer()).path("message").asString())
                    .isEqualTo("Agent event 'a.n" + i + "' emitted successfully");
        }
        assertThat(server.weft().head()).isEqualTo(50);
    }

    @Test
    void shouldForceToDiskWhenAskedTo() throws IOException {
        final Answer answer =
                server.client()
                        .post("/events/emit/system?durability=durable", "{\"name\":\"a\"}", JSON);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("weft-durability", "durable");
    }

    @Test
    void shouldStreamWhatIsEmittedAtOnce() throws IOException {
        try (SseClient stream = server.subscribe("/events/stream?subject=agent/*")) {
            emit("workflow", "{\"name\":\"workflow.started\"}");
            emit("agent", "{\"name\":\"agent.started\",\"aggregate_id\":\"a1\"}");
            final JsonNode seen = JsonMapper.shared().readTree(stream.next().data());
            assertThat(seen.path("event").path("subject").asString()).isEqualTo("agent/a1");
        }
    }

    @Test
    void shouldAskForAKeyWhenThereIsOne() throws IOException {
        final String key = "0123456789abcdef";
        final Path keys = Files.writeString(directory.resolve("keys"), key + "\n");
        try (WeftServer guarded =
                        WeftServer.start(
                                directory.resolve("guarded"),
                                Map.of("api-keys-file", keys.toString()));
                HttpClient other = guarded.connect()) {
            assertThat(other.post("/events/emit/agent", "{\"name\":\"a\"}", JSON).status())
                    .isEqualTo(401);
            assertThat(
                            other.post(
                                            "/events/emit/agent",
                                            "{\"name\":\"a\"}",
                                            JSON + "X-API-Key: " + key + "\r\n")
                                    .status())
                    .isEqualTo(200);
        }
    }
}
