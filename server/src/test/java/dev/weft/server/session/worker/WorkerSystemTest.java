package dev.weft.server.session.worker;

import static dev.weft.server.session.SessionCalls.json;
import static dev.weft.server.session.SessionCalls.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.RunningServer;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.session.SessionCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** Workers that take sessions, keep them, vanish, and answer when they should not. */
@Timeout(60)
class WorkerSystemTest {
    private static final String NOT_YOURS =
            "Lease is not valid: the session is not, or no longer, yours";
    private static final String RUN_ID = "00000000-0000-4000-8000-0000000000ab";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    private static final RunningServer SERVER =
            new RunningServer(
                    Map.of(
                            "session-lease", "1s",
                            "session-losses-max", "2",
                            "agui-order", "strict"));

    private SessionCalls calls;

    @BeforeEach
    void connect() throws IOException {
        calls = new SessionCalls(SERVER.client());
    }

    private static String event(final String type, final String more) {
        return "{\"type\":\"" + type + "\"" + (more.isEmpty() ? "" : "," + more) + "}";
    }

    private static String started() {
        return event("RUN_STARTED", "\"threadId\":\"t\",\"runId\":\"" + RUN_ID + "\"");
    }

    private Answer report(final String id, final String lease, final String more)
            throws IOException {
        return calls.post("/" + id + "/lease", "{\"lease_id\":\"" + lease + "\"" + more + "}");
    }

    private void awaitCount(final String id, final String type, final long count) {
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            try (SessionCalls own = new SessionCalls(SERVER.address())) {
                                return own.count(id, type) == count;
                            }
                        });
    }

    @Test
    void shouldGiveASessionToOneWorkerThatPublishesForIt() throws IOException {
        final String id = calls.create();
        final Answer claimed = calls.post("/" + id + "/claim", "{\"worker\":\"py-1\"}");
        assertThat(claimed.status()).as(claimed.body()).isEqualTo(200);
        final JsonNode claim = json(claimed);
        final String lease = claim.path("lease_id").asString();
        assertThat(claim.path("lease_ms").asInt()).isEqualTo(1_000);
        assertThat(claim.path("after").asLong()).isPositive();
        assertThat(claim.path("session")).isEqualTo(json(calls.get("/" + id)));
        assertThat(claim.path("session").path("status").asString()).isEqualTo("running");
        assertThat(claim.path("session").path("worker").asString()).isEqualTo("py-1");
        refused(
                calls.post("/" + id + "/claim", "{\"worker\":\"py-2\"}"),
                409,
                "Session is claimed already");

        final String lines =
                started()
                        + "\n"
                        + event("TEXT_MESSAGE_START", "\"messageId\":\"m\",\"role\":\"assistant\"")
                        + "\n\n"
                        + event("TEXT_MESSAGE_CONTENT", "\"messageId\":\"m\",\"delta\":\"Hel\"")
                        + "\n";
        final Answer published =
                calls.connection()
                        .post(
                                "/sessions/" + id + "/agui",
                                lines,
                                "Content-Type: application/x-ndjson\r\nWeft-Lease: "
                                        + lease
                                        + "\r\n");
        assertThat(published.status()).as(published.body()).isEqualTo(200);
        assertThat(json(published).path("accepted").asInt()).isEqualTo(3);
        final long first = json(published).path("first_seq").asLong();
        assertThat(json(published).path("last_seq").asLong()).isEqualTo(first + 2);
        final Answer more =
                calls.agui(
                        id,
                        lease,
                        "["
                                + event(
                                        "TEXT_MESSAGE_CONTENT",
                                        "\"messageId\":\"m\",\"delta\":\"lo\",\"more\":1.50")
                                + ","
                                + event("TEXT_MESSAGE_END", "\"messageId\":\"m\"")
                                + ","
                                + event(
                                        "RUN_FINISHED",
                                        "\"threadId\":\"t\",\"runId\":\"" + RUN_ID + "\"")
                                + "]");
        assertThat(more.status()).as(more.body()).isEqualTo(200);

        final JsonNode transcript = json(calls.get("/" + id + "/output"));
        assertThat(transcript.path("messages").get(0).path("content").asString())
                .isEqualTo("Hello");
        final JsonNode compact = json(calls.get("/" + id + "/output?format=compact"));
        assertThat(compact.path("events")).hasSize(5);
        final JsonNode events =
                json(calls.get("/" + id + "/output?format=events&run_id=" + RUN_ID));
        assertThat(events.path("events")).hasSize(6);
        assertThat(events.path("events").get(3).path("runId").asString())
                .as("stamped with the run that goes on")
                .isEqualTo(RUN_ID);
        assertThat(calls.get("/" + id + "/output?format=events").body())
                .as("byte for byte")
                .contains("\"delta\":\"lo\",\"more\":1.50,");
        final JsonNode runs = json(calls.get("/" + id + "/runs"));
        assertThat(runs.path("runs").get(0).path("run_id").asString()).isEqualTo(RUN_ID);
        assertThat(runs.path("runs").get(0).path("status").asString()).isEqualTo("completed");
        assertThat(runs.path("runs").get(0).path("event_count").asInt()).isEqualTo(6);

        final Answer completed =
                report(id, lease, ",\"status\":\"completed\",\"result\":{\"ok\":true}");
        assertThat(completed.status()).as(completed.body()).isEqualTo(200);
        final JsonNode session = json(calls.get("/" + id));
        assertThat(session.path("status").asString()).isEqualTo("completed");
        assertThat(session.path("result").toString()).isEqualTo("{\"ok\":true}");
        assertThat(session.has("completed_at")).isTrue();
        assertThat(session.has("worker")).isFalse();
        refused(report(id, lease, ""), 409, NOT_YOURS);
    }

    @Test
    void shouldOfferASessionAgainWhoseWorkerVanishedAndFailItInTheEnd() throws IOException {
        final String[] first = calls.createClaimed();
        final String id = first[0];
        assertThat(calls.agui(id, first[1], started()).status()).isEqualTo(200);
        awaitCount(id, "session.lease_lost", 1);
        assertThat(calls.status(id)).isEqualTo("pending");
        final String second = calls.claim(id);
        refused(
                calls.agui(id, first[1], event("STEP_STARTED", "\"stepName\":\"s\"")),
                409,
                NOT_YOURS);
        refused(report(id, first[1], ""), 409, NOT_YOURS);
        refused(report(id, first[1], ",\"status\":\"completed\""), 409, NOT_YOURS);
        assertThat(calls.status(id)).isEqualTo("running");
        assertThat(report(id, second, "").status()).isEqualTo(200);
        awaitCount(id, "session.failed", 1);
        final JsonNode session = json(calls.get("/" + id));
        assertThat(session.path("status").asString()).isEqualTo("failed");
        assertThat(session.path("error").asString()).isEqualTo("workers were lost: 2");
        assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
        assertThat(calls.claim(id)).isNotEqualTo(second);
    }

    /** What a lost worker had begun has failed; what it had not is for the next one. */
    @Test
    void shouldEndTheRunsThatALostWorkerHadBegun() throws IOException {
        final String[] first = calls.createClaimed();
        final String id = first[0];
        final String begun = message(id);
        final String waiting = message(id);
        final Answer started =
                calls.agui(
                        id,
                        first[1],
                        event("RUN_STARTED", "\"threadId\":\"t\",\"runId\":\"" + begun + "\""));
        assertThat(started.status()).as(started.body()).isEqualTo(200);
        awaitCount(id, "session.lease_lost", 1);
        assertThat(status(id, begun)).isEqualTo("error");
        assertThat(status(id, waiting)).isEqualTo("running");
        final JsonNode error =
                json(calls.get("/" + id + "/output?format=events&run_id=" + begun))
                        .path("events")
                        .get(1);
        assertThat(error.path("type").asString()).isEqualTo("RUN_ERROR");
        assertThat(error.path("code").asString()).isEqualTo("WORKER_LOST");
        assertThat(error.path("message").asString()).isEqualTo("the worker was lost: w");
        calls.claim(id);
        awaitCount(id, "session.failed", 1);
        assertThat(status(id, waiting)).as("there is no next one").isEqualTo("error");
        assertThat(calls.count(id, "RUN_ERROR")).isEqualTo(2);
    }

    private String message(final String id) throws IOException {
        return json(calls.post("/" + id + "/message", "{\"content\":\"hi\"}"))
                .path("run_id")
                .asString();
    }

    private String status(final String id, final String runId) throws IOException {
        for (final JsonNode run : json(calls.get("/" + id + "/runs")).path("runs")) {
            if (run.path("run_id").asString().equals(runId)) {
                return run.path("status").asString();
            }
        }
        return "unknown";
    }

    @Test
    void shouldKeepASessionWhoseWorkerIsHeardOf() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String[] silent = calls.createClaimed();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> {
                            assertThat(report(claimed[0], claimed[1], "").status()).isEqualTo(200);
                            return calls.count(silent[0], "session.lease_lost") == 1;
                        });
        assertThat(calls.status(claimed[0])).isEqualTo("running");
        assertThat(calls.count(claimed[0], "session.lease_lost")).isZero();
    }

    @Test
    void shouldRefuseAWorkerThatAnswersForAnotherSession() throws IOException {
        final String[] its = calls.createClaimed();
        final String[] other = calls.createClaimed();
        refused(calls.agui(other[0], its[1], started()), 409, NOT_YOURS);
        refused(report(other[0], its[1], ",\"status\":\"stopped\""), 409, NOT_YOURS);
        refused(calls.agui("nobody", its[1], started()), 404, "Session not found: nobody");
        refused(
                calls.post("/" + its[0] + "/agui", started()),
                400,
                "Weft-Lease: the header is required");
        assertThat(calls.count(other[0], "RUN_STARTED")).isZero();
    }

    @Test
    void shouldStopWhenTheWorkerSaysSoOrIsGoneOrWasNeverThere() throws IOException {
        final String[] claimed = calls.createClaimed();
        final Answer stopping = calls.post("/" + claimed[0] + "/stop", "");
        assertThat(json(stopping).path("status").asString()).isEqualTo("stopping");
        assertThat(json(report(claimed[0], claimed[1], "")).path("status").asString())
                .isEqualTo("stopping");
        assertThat(report(claimed[0], claimed[1], ",\"status\":\"stopped\"").status())
                .isEqualTo(200);
        assertThat(calls.status(claimed[0])).isEqualTo("stopped");

        final String[] vanishing = calls.createClaimed();
        calls.post("/" + vanishing[0] + "/stop", "");
        awaitCount(vanishing[0], "session.stopped", 1);

        final String unclaimed = calls.create();
        final Answer stopped = calls.post("/" + unclaimed + "/stop", "");
        assertThat(json(stopped).path("status").asString()).isEqualTo("stopped");
    }

    @Test
    void shouldRefuseTheLeaseOfBeforeANewStart() throws IOException {
        final String[] claimed = calls.createClaimed();
        calls.post("/" + claimed[0] + "/stop", "");
        assertThat(calls.post("/" + claimed[0] + "/start", "").status()).isEqualTo(202);
        refused(report(claimed[0], claimed[1], ",\"status\":\"stopped\""), 409, NOT_YOURS);
        assertThat(calls.claim(claimed[0])).isNotEqualTo(claimed[1]);
    }

    /** The worker that had them is refused from now on, and the next one does not see them. */
    @Test
    void shouldEndTheRunsOfBeforeANewStart() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        final String before = message(id);
        calls.post("/" + id + "/stop", "");
        assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
        assertThat(status(id, before)).isEqualTo("error");
        calls.claim(id);
        final String after = message(id);
        assertThat(status(id, after)).isEqualTo("running");
        assertThat(calls.count(id, "RUN_ERROR")).isEqualTo(1);
    }

    @Test
    void shouldNotJudgeAWorkerByWhatOthersPublish() throws IOException {
        final String[] claimed = calls.createClaimed();
        final Answer others =
                calls.connection()
                        .post(
                                "{\"type\":\"RUN_STARTED\",\"subject\":\"session/"
                                        + claimed[0]
                                        + "\",\"data\":"
                                        + started()
                                        + "}");
        assertThat(others.status()).as(others.body()).isEqualTo(200);
        final Answer own = calls.agui(claimed[0], claimed[1], started());
        assertThat(own.status()).as(own.body()).isEqualTo(200);
    }

    @Test
    void shouldAppendAllEventsOfARequestOrNone() throws IOException {
        final String[] claimed = calls.createClaimed();
        final Answer bad =
                calls.agui(
                        claimed[0],
                        claimed[1],
                        "["
                                + started()
                                + ","
                                + event("TEXT_MESSAGE_CONTENT", "\"delta\":\"a\"")
                                + "]");
        assertThat(bad.status()).as(bad.body()).isEqualTo(400);
        assertThat(json(bad).path("index").asInt()).isEqualTo(1);
        assertThat(json(bad).path("error").asString()).contains("messageId");
        final Answer disorderly =
                calls.agui(
                        claimed[0],
                        claimed[1],
                        "["
                                + started()
                                + ","
                                + event("TEXT_MESSAGE_END", "\"messageId\":\"m\"")
                                + "]");
        assertThat(disorderly.status()).as(disorderly.body()).isEqualTo(422);
        assertThat(json(disorderly).path("index").asInt()).isEqualTo(1);
        assertThat(calls.count(claimed[0], "RUN_STARTED")).isZero();
        for (final String body : List.of("", "[]", "1", "{", "{\"type\":\"NO_SUCH\"}")) {
            assertThat(calls.agui(claimed[0], claimed[1], body).status()).as(body).isEqualTo(400);
        }
        assertThat(calls.agui(claimed[0], claimed[1], started()).status()).isEqualTo(200);
        final Answer twice = calls.agui(claimed[0], claimed[1], started());
        assertThat(twice.status()).as("a run goes on: %s", twice.body()).isEqualTo(422);
    }

    @Test
    void shouldJudgeTheOrderOfRequestsInAPipelineOneAfterTheOther() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String path = "/sessions/" + claimed[0] + "/agui";
        final String headers =
                "Content-Type: application/json\r\nWeft-Lease: " + claimed[1] + "\r\n";
        calls.connection().send("POST", path, started(), headers);
        for (int i = 0; i < 20; i++) {
            final String step = "\"stepName\":\"s" + i + "\"";
            calls.connection().send("POST", path, event("STEP_STARTED", step), headers);
            calls.connection().send("POST", path, event("STEP_FINISHED", step), headers);
        }
        for (int i = 0; i < 41; i++) {
            final Answer answer = calls.connection().answer();
            assertThat(answer.status()).as(i + ": " + answer.body()).isEqualTo(200);
        }
    }

    @Test
    void shouldRefuseABadClaimOrReport() throws IOException {
        final String id = calls.create();
        refused(calls.post("/" + id + "/claim", "{}"), 400, "worker: is required");
        refused(
                calls.post("/" + id + "/claim", "{\"worker\":\"a\",\"x\":1}"),
                400,
                "x: is no member of this request");
        refused(
                calls.post("/nobody/claim", "{\"worker\":\"a\"}"),
                404,
                "Session not found: nobody");
        final String lease = calls.claim(id);
        refused(calls.post("/" + id + "/lease", "{}"), 400, "lease_id: is required");
        refused(
                report(id, lease, ",\"status\":\"happy\""),
                400,
                "status: must be one of: completed, failed, stopped, or absent");
        refused(
                report(id, lease, ",\"status\":\"failed\""),
                400,
                "error: must say why, as a string");
    }

    @Test
    void shouldRefuseAPublishThatIsNotAsItMustBe() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String path = "/v1/sessions/" + claimed[0] + "/agui";
        final String type = "Content-Type: application/json\r\n";
        final String lease = "Weft-Lease: " + claimed[1] + "\r\n";
        refused(
                calls.connection().post(path + "?run_id=7", started(), type + lease),
                400,
                "Invalid run_id format, must be a valid UUID");
        refused(
                calls.connection().post(path, started(), type + "Weft-Lease:\r\n"),
                400,
                "Weft-Lease: the header is required");
        final String many = "1,".repeat(1_000) + "1";
        refused(
                calls.agui(claimed[0], claimed[1], "[" + many + "]"),
                400,
                "a request must have 1 to 1000 events");
        final Answer line =
                calls.connection()
                        .post(
                                path,
                                started() + "\n \t\r\né\n",
                                "Content-Type: application/x-ndjson\r\n" + lease);
        assertThat(line.status()).as(line.body()).isEqualTo(400);
        assertThat(json(line).path("index").asInt()).as("blank lines are none").isEqualTo(1);
        assertThat(calls.count(claimed[0], "RUN_STARTED")).isZero();
        final Answer named =
                calls.connection().post(path + "?run_id=" + RUN_ID, started(), type + lease);
        assertThat(named.status()).as(named.body()).isEqualTo(200);
    }
}
