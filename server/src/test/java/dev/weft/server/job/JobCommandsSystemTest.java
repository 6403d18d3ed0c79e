package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Jobs are created, listed, cancelled and retried. */
@Timeout(60)
class JobCommandsSystemTest {
    @TempDir Path directory;
    private JobServer server;

    @BeforeEach
    void start() throws IOException {
        server = new JobServer(directory, Map.of());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private JsonNode create(final String body) throws IOException {
        final Answer answer = server.post("", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        final JsonNode job = JobServer.json(answer);
        assertThat(answer.headers())
                .containsEntry("location", "/runner-jobs/" + job.path("id").asString());
        return job;
    }

    private Answer act(final String job, final String action) throws IOException {
        return server.post("/" + job + "/" + action, "");
    }

    private List<String> listed(final String query) throws IOException {
        final List<String> names = new ArrayList<>();
        for (final JsonNode job : server.get(query).path("items")) {
            names.add(job.path("name").asString("-"));
        }
        return names;
    }

    @Test
    void shouldCreateAQueuedJobWithStepsThatHaveIds() throws IOException {
        final JsonNode made =
                create(
                        "{\"name\":\"Nightly\",\"type\":\"test\",\"steps\":[{\"name\":\"Run\",\"phase\":\"EXECUTION\",\"type\":\"command\"},"
                                + "{\"stepId\":\"check\",\"name\":\"Check\"}]}");
        final String id = made.path("id").asString();
        assertThat(made.path("status").asString()).isEqualTo("QUEUED");
        assertThat(server.get("/" + id)).as("the same as it is read").isEqualTo(made);
        final JsonNode steps = made.path("steps");
        assertThat(steps).hasSize(2);
        assertThat(steps.get(0).path("stepId").asString()).hasSize(36);
        assertThat(steps.get(0).path("phase").asString()).isEqualTo("EXECUTION");
        assertThat(steps.get(1).path("stepId").asString()).isEqualTo("check");
        try (SseClient stream = server.stream(id, null)) {
            final SseClient.Frame created = stream.next();
            assertThat(created.event()).isEqualTo("job.created");
            assertThat(created.data())
                    .startsWith("{\"name\":\"Nightly\",\"type\":\"test\",\"steps\":[{\"stepId\":\"")
                    .contains("\"phase\":\"execution\",\"type\":\"command\"");
            assertThat(stream.next().event()).isEqualTo("job.queued");
            server.publish(id, "step.started", "{\"stepId\":\"check\"}");
            assertThat(stream.next().event()).isEqualTo("step.started");
        }
        assertThat(server.get("/" + id).path("status").asString()).isEqualTo("RUNNING");
        assertThat(server.client().get("/events?subject=job/" + id + "&limit=1&order=asc").body())
                .contains("\"source\":{\"kind\":\"kernel_api\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | name: is required",
                "{\"name\":\"\"} | name: must be a text of 1 to 256",
                "{\"name\":7} | name: must be a text of 1 to 256",
                "{\"name\":\"a\",\"nmae\":\"b\"} | nmae: is no member of this request; known are command, name, steps, type",
                "{\"name\":\"a\",\"name\":\"b\"} | malformed JSON",
                "{\"name\":\"a\"} x | malformed JSON",
                "[] | the body must be one JSON object",
                "{\"name\":\"a\",\"command\":\"rm\"} | command: must be the name of one that is configured here, and none is",
                "{\"name\":\"a\",\"steps\":{}} | steps: must be an array",
                "{\"name\":\"a\",\"steps\":[7]} | steps[0]: must be an object",
                "{\"name\":\"a\",\"steps\":[{\"name\":\"s\"},{}]} | steps[1]: name: is required",
                "{\"name\":\"a\",\"steps\":[{\"name\":\"s\",\"phase\":\"x\"}]} | steps[0]: phase: must be one of [SETUP",
                "{\"name\":\"a\",\"steps\":[{\"name\":\"s\",\"stepId\":\"1\"},{\"name\":\"t\",\"stepId\":\"1\"}]} | steps[1]: stepId: is that of a step before",
                "{\"name\":\"a\",\"steps\":[{\"name\":\"s\",\"id\":\"1\"}]} | steps[0]: id: is no member of this request"
            })
    void shouldRefuseAJobThatMakesNoSense(final String body, final String detail)
            throws IOException {
        final Answer answer = server.post("", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(JobServer.json(answer).path("detail").asString()).startsWith(detail);
        assertThat(server.get("").path("total").asInt()).isZero();
    }

    @Test
    void shouldBoundNamesAndSteps() throws IOException {
        assertThat(detail("{\"name\":\"" + "x".repeat(257) + "\"}"))
                .isEqualTo("name: must be a text of 1 to 256 characters");
        final String step = "{\"name\":\"s\"}";
        final String most = (step + ",").repeat(NewJob.STEPS_MAX - 1) + step;
        assertThat(detail("{\"name\":\"a\",\"steps\":[" + most + "," + step + "]}"))
                .isEqualTo("steps: must be an array of at most 1000");
        assertThat(detail("{\"name\":\"a\",\"" + "x".repeat(257) + "\":1}"))
                .startsWith("a member: is no member of this request");
        assertThat(detail("")).isEqualTo("the body must be one JSON object");
        assertThat(
                        server.post(
                                        "",
                                        "{\"name\":\"a\",\"type\":null,\"steps\":null,\"command\":null}")
                                .status())
                .as("null is as good as absent")
                .isEqualTo(201);
    }

    private String detail(final String body) throws IOException {
        final Answer answer = server.client().post("/runner-jobs", body, JobServer.JSON);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        return JobServer.json(answer).path("detail").asString();
    }

    @Test
    void shouldRefuseABodyThatIsTooLong() throws IOException {
        final Answer answer =
                server.post("", "{\"name\":\"" + "x".repeat(NewJob.BODY_LENGTH_MAX) + "\"}");
        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void shouldListTheNewestFirstByStatusAndType() throws IOException {
        final String first = create("{\"name\":\"a\",\"type\":\"x\"}").path("id").asString();
        create("{\"name\":\"b\",\"type\":\"y\"}");
        server.publish("plain", "job.created", "{\"name\":\"c\",\"type\":\"x\"}");
        server.publish("steps-only", "step.started", "{\"stepId\":\"s\"}");
        assertThat(listed("")).containsExactly("-", "c", "b", "a");
        assertThat(act(first, "cancel").status()).isEqualTo(200);
        assertThat(listed("?status=cancelled")).containsExactly("a");
        assertThat(listed("?status=QUEUED&status=PENDING")).containsExactly("c", "b");
        assertThat(listed("?status=RUNNING")).containsExactly("-");
        assertThat(listed("?type=x")).containsExactly("c", "a");
        assertThat(listed("?type=x&status=PENDING")).containsExactly("c");
        assertThat(server.get("?type=x&limit=1").path("total").asInt()).isEqualTo(2);
        final String cursor = server.get("?limit=3").path("next_cursor").asString();
        assertThat(listed("?limit=3&cursor=" + cursor)).containsExactly("a");
        assertThat(server.get("?limit=1&cursor=" + cursor).path("next_cursor").isNull()).isTrue();
        for (final String query :
                List.of("?status=odd", "?limit=0", "?limit=1001", "?cursor=x", "?type=", "?x=1")) {
            assertThat(server.client().get("/runner-jobs" + query).status())
                    .as(query)
                    .isEqualTo(400);
        }
    }

    @Test
    void shouldListTheSameAfterARestart() throws IOException {
        create("{\"name\":\"a\"}");
        for (int i = 0; i < 50; i++) {
            server.publish("j" + i, "job.created", "{\"name\":\"n" + i + "\"}");
            server.publish("j" + i, i % 2 == 0 ? "job.completed" : "job.failed", "");
        }
        final String before = server.client().get("/runner-jobs?limit=20").body();
        final String failed = server.client().get("/runner-jobs?status=FAILED").body();
        server.close();
        server = new JobServer(directory, Map.of());
        assertThat(server.client().get("/runner-jobs?limit=20").body()).isEqualTo(before);
        assertThat(server.client().get("/runner-jobs?status=FAILED").body()).isEqualTo(failed);
    }

    @Test
    void shouldCancelAJobThatHasNotEnded() throws IOException {
        for (final String last : List.of("job.created", "job.queued", "job.started")) {
            final String id = last.replace('.', '-');
            server.publish(id, last, "");
            final Answer answer = server.post("/" + id + "/cancel", "{\"reason\":\"enough\"}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(JobServer.json(answer)).isEqualTo(server.get("/" + id));
            assertThat(JobServer.json(answer).path("status").asString()).isEqualTo("CANCELLED");
            assertThat(JobServer.json(answer).path("error").asString()).isEqualTo("enough");
            final Answer again = act(id, "cancel");
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.body()).contains("this one is CANCELLED");
        }
        server.publish("done", "job.completed", "");
        assertThat(act("done", "cancel").status()).isEqualTo(409);
        assertThat(act("nobody", "cancel").status()).isEqualTo(404);
        server.publish("open", "job.started", "");
        assertThat(server.post("/open/cancel", "{\"raison\":\"x\"}").status()).isEqualTo(400);
        assertThat(server.post("/open/cancel", "[]").status()).isEqualTo(400);
        assertThat(server.post("/a%20b/cancel", "").status()).isEqualTo(400);
    }

    @Test
    void shouldLetOneOfManyWhoCancelAtOncePass() throws IOException {
        final List<HttpClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                clients.add(server.weft().connect());
            }
            for (int round = 0; round < 25; round++) {
                final String id = "round-" + round;
                server.publish(id, "job.started", "");
                for (final HttpClient each : clients) {
                    each.send("POST", "/runner-jobs/" + id + "/cancel", "", "");
                }
                final List<Integer> statuses = new ArrayList<>();
                for (final HttpClient each : clients) {
                    statuses.add(each.answer().status());
                }
                assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 409);
                assertThat(server.get("/" + id).path("events").path("total").asInt()).isEqualTo(2);
            }
        } finally {
            for (final HttpClient each : clients) {
                each.close();
            }
        }
    }

    @Test
    void shouldSayWhoWasFirstWhenAWorkerEndsWhatIsBeingCancelled() throws IOException {
        try (HttpClient worker = server.weft().connect()) {
            for (int round = 0; round < 25; round++) {
                final String id = "race-" + round;
                server.publish(id, "job.started", "");
                server.client().send("POST", "/runner-jobs/" + id + "/cancel", "", "");
                worker.post("{\"type\":\"job.completed\",\"subject\":\"job/" + id + "\"}");
                final int status = server.client().answer().status();
                assertThat(server.get("/" + id).path("status").asString())
                        .isEqualTo(status == 200 ? "CANCELLED" : "COMPLETED");
            }
        }
    }

    @Test
    void shouldRetryAsANewJobCausedByTheEndOfTheOld() throws IOException {
        final JsonNode old =
                create(
                        "{\"name\":\"a\",\"type\":\"t\",\"steps\":[{\"name\":\"s\",\"stepId\":\"1\"}]}");
        final String oldId = old.path("id").asString();
        assertThat(act(oldId, "retry").status()).as("it waits").isEqualTo(409);
        server.publish(oldId, "job.failed", "{\"error\":\"x\"}");
        final Answer answer = act(oldId, "retry");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        final JsonNode retried = JobServer.json(answer);
        final String id = retried.path("id").asString();
        assertThat(id).isNotEqualTo(oldId);
        assertThat(retried).isEqualTo(server.get("/" + id));
        assertThat(retried.path("retry_of").asString()).isEqualTo(oldId);
        assertThat(retried.path("name").asString()).isEqualTo("a");
        assertThat(retried.path("type").asString()).isEqualTo("t");
        assertThat(retried.path("status").asString()).isEqualTo("QUEUED");
        assertThat(retried.path("steps").get(0).path("stepId").asString()).isEqualTo("1");
        final JsonNode before = server.get("/" + oldId);
        assertThat(before.path("status").asString()).isEqualTo("FAILED");
        assertThat(before.path("retried_as").asString()).isEqualTo(id);
        final Answer twice = act(oldId, "retry");
        assertThat(twice.status()).isEqualTo(409);
        assertThat(twice.body()).contains("as " + id);
        act(id, "cancel");
        assertThat(act(id, "retry").status()).as("the newest").isEqualTo(201);
        server.publish("done", "job.completed", "");
        assertThat(act("done", "retry").status()).isEqualTo(409);
        assertThat(act("nobody", "retry").status()).isEqualTo(404);
        assertThat(server.post("/" + id + "/retry", "{\"x\":1}").status()).isEqualTo(400);
    }

    @Test
    void shouldRetryOnceWhenTwoRetryAtOnce() throws IOException {
        try (HttpClient other = server.weft().connect()) {
            for (int round = 0; round < 25; round++) {
                final String id = "again-" + round;
                server.publish(id, "job.failed", "");
                final String path = "/runner-jobs/" + id + "/retry";
                other.send("POST", path, "", "");
                server.client().send("POST", path, "", "");
                assertThat(List.of(other.answer().status(), server.client().answer().status()))
                        .containsExactlyInAnyOrder(201, 409);
            }
        }
    }

    @Test
    void shouldAskForTheKeyAsElsewhere(@TempDir final Path own) throws IOException {
        try (JobServer closed = JobServer.closed(own)) {
            assertThat(closed.client().get("/runner-jobs").status()).isEqualTo(401);
            for (final String path : List.of("", "/x/cancel", "/x/retry")) {
                assertThat(closed.post(path, "{}").status()).as(path).isEqualTo(401);
            }
        }
    }
}
