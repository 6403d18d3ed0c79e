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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What became of agents and workflows, from their events alone. */
@Timeout(60)
class LifeSystemTest {
    @RegisterExtension private final RunningServer server = new RunningServer();

    private JsonNode publish(final String type, final String subject, final String more)
            throws IOException {
        final Answer answer =
                server.client()
                        .post(
                                "{\"type\":\""
                                        + type
                                        + "\",\"subject\":\""
                                        + subject
                                        + "\""
                                        + more
                                        + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode get(final String path) throws IOException {
        final Answer answer = server.client().get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static List<String> children(final JsonNode life) {
        final List<String> children = new ArrayList<>();
        life.path("children").forEach(child -> children.add(child.path("subject").asString()));
        return children;
    }

    @ParameterizedTest
    @CsvSource({
        "agent.planner.started, RUNNING",
        "workflow_completed, COMPLETED",
        "WorkflowFailed, FAILED",
        "paused, PAUSED",
        "a:cancelled, CANCELLED",
        "agent/created, PENDING",
        "agent.says, UNKNOWN",
        "unstarted, UNKNOWN",
        "started2, UNKNOWN"
    })
    void shouldTellTheStatusByTheLastWordOfTheType(final String type, final String status)
            throws IOException {
        publish(type, "agent/a", "");
        final JsonNode life = get("/agents/a");
        assertThat(life.path("status").asString()).isEqualTo(status);
        assertThat(life.path("status_since").isNull()).isEqualTo(status.equals("UNKNOWN"));
    }

    @Test
    void shouldTellTheNewestStatusWithTheFirstAndLastEvent() throws IOException {
        final JsonNode first = publish("workflow.started", "workflow/w", "");
        publish("workflow.completed", "workflow/other", "");
        publish("workflow.failed", "workflow/w", "");
        publish("workflow.resumed", "workflow/w", "");
        final JsonNode last = publish("workflow.says", "workflow/w", ",\"data\":{\"n\":1}");
        final JsonNode life = get("/workflows/w");
        assertThat(life.path("status").asString()).isEqualTo("RUNNING");
        assertThat(life.path("event_count").asInt()).isEqualTo(4);
        assertThat(life.path("first_event")).isEqualTo(first);
        assertThat(life.path("last_event")).isEqualTo(last);
        assertThat(children(life)).isEmpty();
        assertThat(life.path("children_complete").asBoolean()).isTrue();
    }

    /** Too many to ask for each, so its own events are looked through. */
    @Test
    void shouldTellTheStatusWhereVeryManyTypesTellOne() throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i <= LifeQuestion.TYPES_MAX; i++) {
            lines.append("{\"type\":\"t").append(i).append(".started\"}\n");
        }
        final JsonNode paused = publish("agent.paused", "agent/a", "");
        for (int i = 0; i < 2_500; i++) {
            lines.append("{\"type\":\"agent.tick\",\"subject\":\"agent/a\"}\n");
        }
        lines.append("{\"type\":\"agent.tick\",\"subject\":\"agent/b\"}\n");
        server.client().post("/events", lines.toString(), "Content-Type: application/x-ndjson\r\n");
        final JsonNode life = get("/agents/a");
        assertThat(life.path("status").asString()).isEqualTo("PAUSED");
        assertThat(life.path("status_since").asString()).startsWith("20").endsWith("Z");
        assertThat(life.path("first_event")).isEqualTo(paused);
        assertThat(life.path("event_count").asInt()).isEqualTo(2_501);
        assertThat(get("/agents/b").path("status").asString()).isEqualTo("UNKNOWN");
    }

    @Test
    void shouldFindWhatItCausedByItsIdItsSubjectAndItsEvents() throws IOException {
        final String own =
                publish("agent.started", "agent/p", ",\"id\":\"the \\\"first\\\"\"")
                        .path("event")
                        .path("id")
                        .asString();
        assertThat(own).isEqualTo("the \"first\"");
        publish("agent.started", "agent/by-id", ",\"causation_id\":\"p\"");
        publish("job.created", "job/by-event", ",\"causation_id\":\"the \\\"first\\\"\"");
        publish("agent.started", "agent/by-subject", ",\"causation_id\":\"agent/p\"");
        publish("agent.says", "agent/by-id", ",\"causation_id\":\"p\"");
        publish("agent.says", "agent/p", ",\"causation_id\":\"p\"");
        publish("agent.started", "agent/stranger", ",\"causation_id\":\"q\"");
        final JsonNode life = get("/agents/p");
        assertThat(children(life))
                .containsExactlyInAnyOrder("agent/by-id", "job/by-event", "agent/by-subject");
        assertThat(life.path("children").get(0).path("first_type").asString())
                .isIn("agent.started", "job.created");
    }

    @Test
    void shouldSayThatThereAreMoreChildrenThanItTells() throws IOException {
        publish("agent.started", "agent/p", "");
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < Children.CHILDREN_MAX + 5; i++) {
            lines.append("{\"type\":\"agent.started\",\"subject\":\"agent/c")
                    .append(i)
                    .append("\",\"causation_id\":\"p\"}\n");
        }
        server.client().post("/events", lines.toString(), "Content-Type: application/x-ndjson\r\n");
        final JsonNode life = get("/agents/p");
        assertThat(children(life)).hasSize(Children.CHILDREN_MAX).doesNotHaveDuplicates();
        assertThat(life.path("children_complete").asBoolean()).isFalse();
    }

    @Test
    void shouldHaveItsEventsAsAPageOrAsAStream() throws IOException {
        publish("agent.started", "agent/e", "");
        publish("agent.started", "agent/f", "");
        assertThat(get("/agents/e/events").path("total").asInt()).isEqualTo(1);
        try (SseClient stream = server.subscribe("/agents/e/events")) {
            publish("agent.says", "agent/f", "");
            publish("agent.done", "agent/e", "");
            assertThat(stream.next().type()).isEqualTo("agent.done");
        }
        try (SseClient stream = server.subscribe("/agents/e/events?replay=all&data=payload")) {
            assertThat(stream.next().data()).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/agents/nobody, 404, Agent not found: nobody",
        "/workflows/nobody/events, 404, Workflow not found: nobody",
        "/agents/a%20b, 400, id: must be 1 to 200 of",
        "/agents/nobody?x=1, 400, x: unknown parameter",
        "/agents/nobody/events?subject=agent/x, 400, subject: is said by the path here",
        "/agents/nobody/events?limit=0, 400, limit: must be"
    })
    void shouldRefuseWhatIsNotThereOrMakesNoSense(
            final String path, final int status, final String detail) throws IOException {
        final Answer answer = server.client().get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(detail);
    }
}
