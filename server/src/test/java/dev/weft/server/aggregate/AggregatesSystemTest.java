package dev.weft.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.RunningServer;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class AggregatesSystemTest {
    private static final String JSON = "Content-Type: application/json\r\n";

    @RegisterExtension private final RunningServer server = new RunningServer();

    private JsonNode emit(final String kind, final String body) throws IOException {
        final Answer answer = server.client().post("/events/emit/" + kind, body, JSON);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    /** The three events of the description, as they stand there, and two of other aggregates. */
    private void emitDescribed() throws IOException {
        emit(
                "agent",
                """
                {
                "name": "agent.started",
                "attributes": {
                "agent_name": "url-cacher",
                "message": "Agent started successfully"
                },
                "aggregate_id": "url-cacher-abc123",
                "correlation_id": "workflow-def456",
                "causation_id": "parent-agent-789"
                }
                """);
        emit(
                "workflow",
                """
                {
                "name": "workflow.started",
                "attributes": {
                "user_prompt": "Cache the documentation page"
                },
                "aggregate_id": "workflow-def456"
                }
                """);
        emit(
                "system",
                """
                {
                "name": "session.started",
                "attributes": {
                "session_type": "interactive"
                },
                "aggregate_id": "session-ghi789"
                }
                """);
        emit(
                "agent",
                "{\"name\":\"agent.other\",\"aggregate_id\":\"other\",\"correlation_id\":\"w2\"}");
        emit("system", "{\"name\":\"system.booted\"}");
    }

    private static JsonNode json(final Answer answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode get(final String path) throws IOException {
        final Answer answer = server.client().get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static List<String> names(final JsonNode page) {
        final List<String> names = new ArrayList<>();
        page.path("events")
                .forEach(
                        event ->
                                names.add(
                                        event.has("event_name")
                                                ? event.path("event_name").asString()
                                                : event.path("event").path("type").asString()));
        return names;
    }

    @Test
    void shouldListTheEventsOfAllAggregatesNewestFirst() throws IOException {
        emitDescribed();
        final JsonNode page = get("/events/?limit=4");
        assertThat(names(page))
                .containsExactly(
                        "system.booted", "agent.other", "session.started", "workflow.started");
        assertThat(page.path("total").asInt()).isEqualTo(5);
        assertThat(page.path("limit").asInt()).isEqualTo(4);
        assertThat(page.path("offset").asInt()).isZero();
        assertThat(names(get("/events/?limit=2&offset=3")))
                .containsExactly("workflow.started", "agent.started");
    }

    @Test
    void shouldShowAnEventOfAnAgentAsAnItem() throws IOException {
        emitDescribed();
        final JsonNode item = get("/events/?event_type=AgentEvent").path("events").get(1);
        assertThat(item.path("aggregate_id").asString()).isEqualTo("url-cacher-abc123");
        assertThat(item.path("aggregate_type").asString()).isEqualTo("agent_aggregate");
        assertThat(item.path("event_type").asString()).isEqualTo("AgentEvent");
        assertThat(item.path("event_name").asString()).isEqualTo("agent.started");
        assertThat(item.path("timestamp").asString())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
        assertThat(item.path("attributes").toString())
                .isEqualTo(
                        "{\"agent_name\":\"url-cacher\",\"message\":\"Agent started successfully\"}");
        assertThat(item.path("correlation_id").asString()).isEqualTo("workflow-def456");
        assertThat(item.path("causation_id").asString()).isEqualTo("parent-agent-789");
        assertThat(item.path("agent_name").asString()).isEqualTo("url-cacher");
        assertThat(item.path("agent_id").asString()).isEqualTo("url-cacher-abc123");
        assertThat(item.path("parent_agent_id").asString()).isEqualTo("parent-agent-789");
        assertThat(item.path("workflow_id").asString()).isEqualTo("workflow-def456");
        assertThat(item.path("user_prompt").isNull()).isTrue();
        assertThat(item.path("session_id").isNull()).isTrue();
        final JsonNode other = get("/events/?event_type=AgentEvent").path("events").get(0);
        assertThat(other.path("agent_name").asString()).as("missing").isEmpty();
    }

    @Test
    void shouldShowEventsOfAWorkflowAndOfTheSystemAsItems() throws IOException {
        emitDescribed();
        final JsonNode events = get("/events/").path("events");
        final JsonNode workflow = events.get(3);
        assertThat(workflow.path("event_type").asString()).isEqualTo("WorkflowEvent");
        assertThat(workflow.path("aggregate_type").asString()).isEqualTo("workflow_aggregate");
        assertThat(workflow.path("workflow_id").asString()).isEqualTo("workflow-def456");
        assertThat(workflow.path("correlation_id").asString()).isEqualTo("workflow-def456");
        assertThat(workflow.path("user_prompt").asString())
                .isEqualTo("Cache the documentation page");
        assertThat(workflow.path("agent_id").isNull()).isTrue();
        final JsonNode session = events.get(2);
        assertThat(session.path("event_type").asString()).isEqualTo("SystemEvent");
        assertThat(session.path("aggregate_type").asString()).isEqualTo("system_aggregate");
        assertThat(session.path("aggregate_id").asString()).isEqualTo("session-ghi789");
        assertThat(session.path("session_id").asString()).isEqualTo("session-ghi789");
        final JsonNode system = events.get(0);
        assertThat(system.path("aggregate_id").asString()).isEqualTo("system");
        assertThat(system.path("session_id").isNull()).isTrue();
    }

    /** One route: with the slash more of each event is shown, and nothing less. */
    @Test
    void shouldAddToWhatIsShownWithoutTheSlash() throws IOException {
        emitDescribed();
        server.client().post("{\"type\":\"plain\",\"data\":7,\"occurred_at\":1700000000000000}");
        for (final String query : List.of("", "?event_type=SystemEvent", "?fields=seq,type")) {
            final JsonNode with = get("/events/" + query);
            final JsonNode without = get("/events" + query);
            assertThat(with.propertyNames()).containsExactlyElementsOf(without.propertyNames());
            for (int i = 0; i < without.path("events").size(); i++) {
                final JsonNode more = with.path("events").get(i);
                final JsonNode envelope = without.path("events").get(i);
                assertThat(more.path("seq")).isEqualTo(envelope.path("seq"));
                assertThat(more.path("event")).isEqualTo(envelope.path("event"));
                assertThat(more.has("event_id")).isTrue();
                assertThat(envelope.has("event_id")).isFalse();
            }
        }
        final JsonNode plain = get("/events/?limit=1").path("events").get(0);
        assertThat(plain.path("aggregate_id").isNull()).isTrue();
        assertThat(plain.path("attributes").toString()).isEqualTo("{\"value\":7}");
        assertThat(plain.path("timestamp").asString()).isEqualTo("2023-11-14T22:13:20.000000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event_type=AgentEvent|agent.other,agent.started",
                "event_type=WorkflowEvent|workflow.started",
                "event_type=SystemEvent|system.booted,session.started",
                "event_type=AgentEvent&event_type=WorkflowEvent|agent.other,workflow.started,agent.started",
                "event_type=agent.started|agent.started",
                "event_type=agent.*|agent.other,agent.started",
                "aggregate_type=agent_aggregate|agent.other,agent.started",
                "aggregate_type=agent_aggregate&event_type=AgentEvent|agent.other,agent.started",
                "aggregate_type=agent_aggregate&aggregate_id=other|agent.other",
                "aggregate_id=url-cacher-abc123|agent.started",
                "aggregate_id=other&aggregate_id=workflow-def456|agent.other,workflow.started",
                "aggregate_id=session-ghi789|session.started",
                "aggregate_id=system|system.booted",
                "aggregate_id=system&event_type=SystemEvent|system.booted",
                "aggregate_id=nobody|",
                "aggregate_type=workflow_aggregate&aggregate_id=other|",
                "event_type=AgentEvent&type=agent.other|agent.other",
                "event_type=agent.started&category=agent|agent.started",
                "event_type=JobEvent|"
            })
    void shouldFilterByTheWordsOfAggregates(final String query, final String names)
            throws IOException {
        emitDescribed();
        final List<String> expected = names == null ? List.of() : List.of(names.split(","));
        assertThat(names(get("/events/?" + query))).isEqualTo(expected);
        assertThat(names(get("/events?" + query))).isEqualTo(expected);
        assertThat(get("/events?" + query).path("total").asInt()).isEqualTo(expected.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=x",
                "offset=-1",
                "since=yesterday",
                "aggregate_type=robot_aggregate",
                "aggregate_type=AgentEvent",
                "event_type=AgentEvent&aggregate_type=workflow_aggregate",
                "event_type=AgentEvent&category=job",
                "event_type=AgentEvent&event_type=agent.started",
                "event_type=agent.started&type=agent.started",
                "event_type=two%20words",
                "event_type=",
                "aggregate_id=a%20b",
                "aggregate_id=",
                "aggregate_id=a&subject=agent/a",
                "aggregate_typ=agent_aggregate"
            })
    void shouldRefuseWhatMakesNoSense(final String query) throws IOException {
        for (final String path : List.of("/events/?", "/events?")) {
            final Answer answer = server.client().get(path + query);
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(json(answer).path("detail").asString()).isNotEmpty();
        }
    }

    @Test
    void shouldNameWhatWasGivenWhenItMeansTooManySubjects() throws IOException {
        final String ids = "aggregate_id=a&aggregate_id=b&aggregate_id=c&aggregate_id=d&";
        final String ten =
                "/events/?" + ids + ids.replace("=", "=x") + "aggregate_id=e&aggregate_id=f";
        assertThat(json(server.client().get(ten)).path("detail").asString())
                .startsWith("aggregate_id: too many at once");
        assertThat(server.client().get(ten + "&aggregate_type=agent_aggregate").status())
                .isEqualTo(200);
    }

    @Test
    void shouldListOnlyWhatComesLater() throws IOException {
        emitDescribed();
        final long ts =
                get("/events?limit=1&offset=1")
                        .path("events")
                        .get(0)
                        .path("event")
                        .path("ts")
                        .asLong();
        final String since =
                dev.weft.server.record.IsoTime.append(new StringBuilder(), ts)
                        .append('Z')
                        .toString();
        assertThat(names(get("/events/?since=" + since)))
                .as("exclusive")
                .containsExactly("system.booted");
        assertThat(names(get("/events/?until=" + since))).hasSize(4);
    }

    /** The timestamps of items have no offset, and clients ask for what came after one. */
    @Test
    void shouldTakeATimestampOfAnItemAsATime() throws IOException {
        emitDescribed();
        final JsonNode items = get("/events/").path("events");
        final String since = items.get(1).path("timestamp").asString();
        assertThat(since).doesNotContain("Z").doesNotContain("+");
        assertThat(names(get("/events/?since=" + since))).containsExactly("system.booted");
        assertThat(names(get("/events/?until=" + since))).hasSize(4);
        assertThat(names(get("/events/?since=" + since.substring(0, 16))))
                .contains("system.booted");
        assertThat(server.client().get("/events?since=" + since).status())
                .as("without the slash a time has an offset")
                .isEqualTo(400);
        assertThat(server.client().get("/events/?since=2026-02-30T00:00:00").status())
                .isEqualTo(400);
        assertThat(server.client().get("/events/?since=" + since + "&since=" + since).status())
                .isEqualTo(400);
    }

    @Test
    void shouldListTheEventsOfOneAgent() throws IOException {
        emitDescribed();
        for (int i = 1; i <= 3; i++) {
            emit("agent", "{\"name\":\"agent.step" + i + "\",\"aggregate_id\":\"other\"}");
        }
        emit("workflow", "{\"name\":\"workflow.x\",\"aggregate_id\":\"other\"}");
        final JsonNode page = get("/events/agents/other");
        assertThat(page.propertyNames()).containsExactly("events");
        assertThat(names(page))
                .as("by its id, not by its kind alone")
                .containsExactly("agent.step3", "agent.step2", "agent.step1", "agent.other");
        final List<Integer> versions = new ArrayList<>();
        page.path("events").forEach(event -> versions.add(event.path("aggregate_version").asInt()));
        assertThat(versions).containsExactly(4, 3, 2, 1);
        assertThat(page.path("events").get(0).has("user_id")).isTrue();
        assertThat(page.path("events").get(0).path("user_id").isNull()).isTrue();
        assertThat(names(get("/events/agents/other?limit=2")))
                .containsExactly("agent.step3", "agent.step2");
        assertThat(get("/events/agents/nobody").path("events")).isEmpty();
        assertThat(names(get("/events/agents/other/"))).hasSize(4);
    }

    @Test
    void shouldListTheEventsOfOneWorkflow() throws IOException {
        emitDescribed();
        emit("workflow", "{\"name\":\"workflow.completed\",\"aggregate_id\":\"workflow-def456\"}");
        emit("workflow", "{\"name\":\"workflow.started\",\"aggregate_id\":\"another\"}");
        assertThat(names(get("/events/workflows/workflow-def456")))
                .containsExactly("workflow.completed", "workflow.started");
        assertThat(get("/events/workflows/nobody").path("events")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/events/agents/a?limit=0",
                "/events/agents/a?limit=1001",
                "/events/agents/a?limit=x",
                "/events/agents/a?offset=1",
                "/events/agents/a%20b",
                "/events/workflows/a?limit=0",
                "/events/workflows/a%20b",
                "/events/workflows/a/agents?limit=1"
            })
    void shouldRefuseWhatCannotBeAskedOfAnAggregate(final String path) throws IOException {
        assertThat(server.client().get(path).status()).isEqualTo(400);
    }

    @Test
    void shouldFindTheAgentsOfAWorkflowByCorrelation() throws IOException {
        emitDescribed();
        emit(
                "agent",
                "{\"name\":\"agent.started\",\"aggregate_id\":\"linter-1-a\",\"correlation_id\":\"w\"}");
        emit(
                "agent",
                "{\"name\":\"agent.started\",\"aggregate_id\":\"tester\",\"correlation_id\":\"w\"}");
        emit(
                "agent",
                "{\"name\":\"agent.ended\",\"aggregate_id\":\"linter-1-a\",\"correlation_id\":\"w\"}");
        emit(
                "agent",
                "{\"name\":\"agent.started\",\"aggregate_id\":\"-x\",\"correlation_id\":\"w\"}");
        emit(
                "agent",
                "{\"name\":\"agent.started\",\"aggregate_id\":\"linter-2\",\"correlation_id\":\"w3\"}");
        emit("system", "{\"name\":\"system.x\",\"aggregate_id\":\"s\",\"correlation_id\":\"w\"}");
        final JsonNode page = get("/events/workflows/w/agents");
        assertThat(page.propertyNames()).containsExactly("agents");
        final List<String> agents = new ArrayList<>();
        final List<String> times = new ArrayList<>();
        for (final JsonNode agent : page.path("agents")) {
            assertThat(agent.propertyNames())
                    .containsExactly(
                            "agent_id",
                            "agent_name",
                            "workflow_id",
                            "first_event_time",
                            "event_type");
            assertThat(agent.path("workflow_id").asString()).isEqualTo("w");
            assertThat(agent.path("event_type").asString()).isEqualTo("AgentEvent");
            agents.add(
                    agent.path("agent_id").asString() + "=" + agent.path("agent_name").asString());
            times.add(agent.path("first_event_time").asString());
        }
        assertThat(agents)
                .as("each once, in the order of its first event")
                .containsExactly("linter-1-a=linter", "tester=tester", "-x=unknown");
        assertThat(times).isSorted();
        final JsonNode described = get("/events/workflows/workflow-def456/agents").path("agents");
        assertThat(described).hasSize(1);
        assertThat(described.get(0).path("agent_name").asString())
                .as("its own name")
                .isEqualTo("url-cacher");
        assertThat(get("/events/workflows/nobody/agents").path("agents")).isEmpty();
    }

    @Test
    void shouldRefuseAgentsThatWouldBeTooLong() throws IOException {
        for (int i = 0; i < 20; i++) {
            emit(
                    "agent",
                    "{\"name\":\"a\",\"correlation_id\":\"w\",\"aggregate_id\":\"%d\",\"attributes\":{\"agent_name\":\"%s\"}}"
                            .formatted(i, "x".repeat(900_000)));
        }
        final Answer answer = server.client().get("/events/workflows/w/agents");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString())
                .isEqualTo(
                        "this answer would have more than 16777216 bytes; read the events of the agents"
                                + " with GET /events?correlation_id=");
    }

    @Test
    void shouldRefuseEventsOfAnAgentThatWouldBeTooLong() throws IOException {
        for (int i = 0; i < 20; i++) {
            emit(
                    "agent",
                    "{\"name\":\"a\",\"aggregate_id\":\"x\",\"attributes\":{\"text\":\"%s\"}}"
                            .formatted("x".repeat(900_000)));
        }
        final Answer answer = server.client().get("/events/agents/x");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString())
                .isEqualTo(
                        "limit: this answer would have more than 16777216 bytes; ask for fewer events at a"
                                + " time");
        assertThat(get("/events/agents/x?limit=10").path("events")).hasSize(10);
    }

    @Test
    void shouldRefuseMoreAgentsOfAWorkflowThanItLists() throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i <= WorkflowAgentsQuestion.AGENTS_MAX; i++) {
            lines.append("{\"type\":\"a\",\"category\":\"agent\",\"subject\":\"agent/")
                    .append(i)
                    .append("\",\"correlation_id\":\"w\"}\n");
        }
        server.client().post("/events", lines.toString(), "Content-Type: application/x-ndjson\r\n");
        final Answer answer = server.client().get("/events/workflows/w/agents");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString())
                .startsWith("this workflow has more than 10000 agents");
    }

    @Test
    void shouldWalkAWorkflowWithMoreEventsThanAreReadAtOnce() throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3_500; i++) {
            lines.append("{\"type\":\"agent.tick\",\"category\":\"agent\",\"subject\":\"agent/a")
                    .append(i % 500)
                    .append("\",\"correlation_id\":\"large \\\"one\\\"\"}\n");
        }
        assertThat(
                        server.client()
                                .post(
                                        "/events",
                                        lines.toString(),
                                        "Content-Type: application/x-ndjson\r\n")
                                .number("accepted"))
                .isEqualTo(3_500);
        final JsonNode agents = get("/events/workflows/large%20%22one%22/agents").path("agents");
        assertThat(agents).hasSize(500);
        assertThat(agents.get(499).path("agent_id").asString()).isEqualTo("a499");
    }

    @Test
    void shouldStreamJsonByTheWordsOfAggregates() throws IOException {
        try (SseClient agents = server.subscribe("/events/stream?event_type=AgentEvent");
                SseClient one =
                        server.subscribe(
                                "/events/stream?aggregate_type=agent_aggregate&aggregate_id=other");
                SseClient system =
                        server.subscribe("/events/stream?aggregate_type=system_aggregate")) {
            emitDescribed();
            assertThat(agents.next().type()).isEqualTo("agent.started");
            assertThat(agents.next().type()).isEqualTo("agent.other");
            assertThat(one.next().type()).isEqualTo("agent.other");
            assertThat(system.next().type()).isEqualTo("session.started");
            assertThat(system.next().type()).isEqualTo("system.booted");
        }
        server.client()
                .send(
                        "GET",
                        "/events/stream?event_type=AgentEvent&aggregate_type=job_aggregate",
                        "",
                        "Accept: text/event-stream\r\n");
        assertThat(server.client().answer().status()).isEqualTo(400);
    }

    /** More than the fifty that the original looked at, none of them lost or out of order. */
    @Test
    void shouldStreamABurstWholeAndInOrder() throws IOException {
        try (SseClient stream = server.subscribe("/events/stream?event_type=AgentEvent")) {
            for (int i = 0; i < 500; i++) {
                server.client()
                        .send("POST", "/events/emit/agent", "{\"name\":\"a.n" + i + "\"}", JSON);
                if (i % 50 == 49) {
                    for (int answer = 0; answer < 50; answer++) {
                        assertThat(server.client().answer().status()).isEqualTo(200);
                    }
                }
            }
            for (int i = 0; i < 500; i++) {
                assertThat(stream.next().type()).isEqualTo("a.n" + i);
            }
        }
    }

    @Test
    void shouldTellItsHealthAndWhatItIs() throws IOException {
        final JsonNode health = get("/health/");
        assertThat(health.path("status").asString()).isEqualTo("healthy");
        assertThat(health.path("api_connected").asBoolean()).isTrue();
        assertThat(health.path("database_connected").asBoolean()).isTrue();
        assertThat(health.path("timestamp").asString()).hasSize(26);
        assertThat(health.path("head").isNumber()).as("and all that /health tells").isTrue();
        final JsonNode database = get("/health/database");
        assertThat(database.propertyNames()).containsExactly("status", "timestamp", "connected");
        assertThat(database.path("connected").asBoolean()).isTrue();
        final JsonNode root = get("/");
        assertThat(root.propertyNames()).contains("name", "version", "description", "endpoints");
        assertThat(root.path("endpoints").path("events").asString()).isEqualTo("/events");
        assertThat(root.path("endpoints").path("health").asString()).isEqualTo("/health");
        assertThat(root.path("endpoints").path("docs").asString()).isEqualTo("/docs");
        assertThat(root.path("endpoints").path("openapi").asString()).isEqualTo("/openapi.json");
        assertThat(server.client().get("/docs").status()).isEqualTo(200);
        assertThat(server.client().get("/openapi.json").status()).isEqualTo(200);
    }
}
