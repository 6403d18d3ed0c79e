package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A job is what its events say, whoever published them. */
@Timeout(60)
class JobFoldSystemTest {
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

    private String status(final String job) throws IOException {
        return server.get("/" + job).path("status").asString();
    }

    private List<String> steps(final String job) throws IOException {
        final List<String> steps = new ArrayList<>();
        for (final JsonNode step : server.get("/" + job + "/steps").path("items")) {
            steps.add(
                    step.path("stepId").asString()
                            + " "
                            + step.path("status").asString()
                            + " "
                            + step.path("phase").asString("-"));
        }
        return steps;
    }

    @Test
    void shouldGoThroughTheStatesThatItsEventsSay() throws IOException {
        server.publish(
                "a",
                "job.created",
                "{\"name\":\"deploy\",\"type\":\"release\",\"steps\":["
                        + "{\"stepId\":\"s1\",\"name\":\"Build\",\"phase\":\"setup\",\"type\":\"command\"},"
                        + "{\"stepId\":\"s2\",\"name\":\"Check\",\"phase\":\"VALIDATION\"},{\"stepId\":\"s3\"},7]}");
        assertThat(status("a")).isEqualTo("PENDING");
        server.publish("a", "job.queued", "");
        assertThat(status("a")).isEqualTo("QUEUED");
        server.publish("a", "job.started", "");
        assertThat(status("a")).isEqualTo("RUNNING");
        server.publish("a", "job.queued", "");
        assertThat(status("a")).as("never back").isEqualTo("RUNNING");
        server.publish("a", "job.created", "{\"name\":\"another\"}");
        server.publish("a", "step.started", "{\"stepId\":\"s1\"}");
        server.publish("a", "step.progress", "{\"stepId\":\"s1\",\"progress\":40}");
        assertThat(server.get("/a/steps").path("items").get(0).path("progress").asInt())
                .isEqualTo(40);
        server.publish(
                "a",
                "step.completed",
                "{\"stepId\":\"s1\",\"status\":\"completed\",\"duration_ms\":1234}");
        server.publish("a", "step.failed", "{\"stepId\":\"s1\",\"error\":\"too late\"}");
        server.publish("a", "step.started", "{\"stepId\":\"s2\"}");
        assertThat(steps("a"))
                .containsExactly("s1 COMPLETED SETUP", "s2 RUNNING VALIDATION", "s3 PENDING -");
        final long end = server.publish("a", "job.failed", "{\"error\":\"disk\",\"exit_code\":3}");
        assertThat(steps("a"))
                .as("ended with it")
                .containsExactly("s1 COMPLETED SETUP", "s2 FAILED VALIDATION", "s3 SKIPPED -");
        final JsonNode job = server.get("/a");
        assertThat(job.path("status").asString()).isEqualTo("FAILED");
        assertThat(job.path("name").asString()).isEqualTo("deploy");
        assertThat(job.path("type").asString()).isEqualTo("release");
        assertThat(job.path("error").asString()).isEqualTo("disk");
        assertThat(job.path("exit_code").asInt()).isEqualTo(3);
        assertThat(job.path("duration_ms").asInt(-1)).isNotNegative();
        assertThat(job.path("step_counts").path("failed").asInt()).isEqualTo(1);
        assertThat(job.path("step_counts").path("total").asInt()).isEqualTo(3);
        assertThat(job.path("events").path("last_seq").asLong()).isEqualTo(end);
        final JsonNode first = server.get("/a/steps").path("items").get(0);
        assertThat(first.path("duration_ms").asInt()).isEqualTo(1234);
        assertThat(first.path("type").asString()).isEqualTo("COMMAND");
    }

    @ParameterizedTest
    @CsvSource({
        "job.completed, COMPLETED, job.failed",
        "job.failed, FAILED, job.completed",
        "job.cancelled, CANCELLED, job.completed"
    })
    void shouldKeepTheFirstEndThatItIsTold(
            final String first, final String status, final String second) throws IOException {
        server.publish("b", first, "");
        final JsonNode before = server.get("/b");
        server.publish("b", second, "{\"error\":\"x\",\"exit_code\":1}");
        server.publish("b", "job.started", "");
        server.publish("b", "step.started", "{\"stepId\":\"late\"}");
        server.publish("b", "job.created", "{\"name\":\"late\"}");
        assertThat(status("b")).isEqualTo(status);
        assertThat(server.get("/b").path("finished_at")).isEqualTo(before.path("finished_at"));
        assertThat(server.get("/b").path("error").isNull()).isTrue();
        assertThat(steps("b")).isEmpty();
    }

    @Test
    void shouldTakeWhatIsNoPayloadForNone() throws IOException {
        server.publish("c", "job.created", "[1]");
        server.publish("c", "step.started", "\"text\"");
        server.publish("c", "step.started", "{\"stepId\":7}");
        server.publish(
                "c", "step.completed", "{\"stepId\":\"s\",\"status\":\"odd\",\"duration_ms\":-4}");
        server.publish("c", "step.progress", "{\"stepId\":\"t\",\"progress\":500}");
        server.publish("c", "job.completed", "{\"exit_code\":\"none\",\"error\":1e300}");
        final JsonNode job = server.get("/c");
        assertThat(job.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(job.path("exit_code").isNull()).isTrue();
        assertThat(job.path("name").isNull()).isTrue();
        assertThat(steps("c")).containsExactly("s COMPLETED -", "t SKIPPED -");
    }

    @Test
    void shouldKnowAStepByTheEventsOwnMember() throws IOException {
        final Answer answer =
                server.client()
                        .post(
                                "{\"type\":\"step.started\",\"subject\":\"job/d\",\"step_id\":\"s 1\",\"data\":{}}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(steps("d")).containsExactly("s 1 RUNNING -");
        assertThat(status("d")).isEqualTo("RUNNING");
    }

    @Test
    void shouldKeepSoMuchOfALongTextAndNoHalfCharacter() throws IOException {
        final String name = "x".repeat(255);
        server.publish("long", "job.created", "{\"name\":\"" + name + "🌍y\"}");
        server.publish("long", "step.started", "{\"stepId\":\"\"}");
        server.publish("long", "step.progress", "{\"stepId\":\"s\",\"progress\":40}");
        server.publish("long", "step.completed", "{\"stepId\":\"s\",\"status\":\"running\"}");
        server.publish("long", "step.progress", "{\"stepId\":\"s\",\"progress\":50}");
        server.publish(
                "long",
                "job.failed",
                "{\"error\":\"" + "e".repeat(3_000) + "\",\"exit_code\":99999999999999999999}");
        final JsonNode job = server.get("/long");
        assertThat(job.path("name").asString()).isEqualTo(name);
        assertThat(job.path("error").asString()).isEqualTo("e".repeat(2_048));
        assertThat(job.path("exit_code").isNull()).isTrue();
        assertThat(steps("long")).as("a step has an id").containsExactly("s COMPLETED -");
        assertThat(job.path("steps").get(0).path("progress").asInt())
                .as("it was over")
                .isEqualTo(40);
    }

    @Test
    void shouldKeepSoManySteps() throws IOException {
        for (int batch = 0; batch < 2; batch++) {
            final StringBuilder events = new StringBuilder();
            for (int i = 0; i < 5_010; i++) {
                events.append(
                                "{\"type\":\"step.started\",\"subject\":\"job/most\",\"data\":{\"stepId\":\"")
                        .append(batch)
                        .append('-')
                        .append(i)
                        .append("\"}}\n");
            }
            assertThat(
                            server.client()
                                    .post(
                                            "/events",
                                            events.toString(),
                                            "Content-Type: application/x-ndjson\r\n")
                                    .status())
                    .isEqualTo(200);
        }
        server.publish("most", "step.completed", "{\"stepId\":\"0-7\"}");
        server.publish("most", "step.completed", "{\"stepId\":\"1-5009\"}");
        final JsonNode job = server.get("/most");
        assertThat(job.path("step_counts").path("total").asInt()).isEqualTo(Job.STEPS_MAX);
        assertThat(job.path("step_counts").path("completed").asInt()).isEqualTo(1);
        assertThat(job.path("steps")).hasSize(Job.STEPS_SHOWN_MAX);
    }

    @Test
    void shouldPageThroughManySteps() throws IOException {
        final StringBuilder events = new StringBuilder();
        for (int i = 0; i < 2_500; i++) {
            events.append(
                            "{\"type\":\"step.started\",\"subject\":\"job/e\",\"data\":{\"stepId\":\"s")
                    .append(i)
                    .append(
                            "\"}}\n{\"type\":\"step.output\",\"subject\":\"job/e\",\"data\":{\"chunk\":\"x\"}}\n");
        }
        server.client()
                .post("/events", events.toString(), "Content-Type: application/x-ndjson\r\n");
        final List<String> ids = new ArrayList<>();
        String cursor = "0";
        while (!cursor.equals("null")) {
            final JsonNode page = server.get("/e/steps?limit=1000&cursor=" + cursor);
            assertThat(page.path("total").asInt()).isEqualTo(2_500);
            page.path("items").forEach(step -> ids.add(step.path("stepId").asString()));
            cursor = page.path("next_cursor").asString("null");
        }
        assertThat(ids).hasSize(2_500).doesNotHaveDuplicates().endsWith("s2499");
        assertThat(server.get("/e").path("events").path("total").asInt()).isEqualTo(5_000);
    }

    @Test
    void shouldListItsEventsAsHistoryDoes() throws IOException {
        final long first = server.publish("f", "job.created", "{}");
        server.publish("g", "job.created", "{}");
        final long last = server.publish("f", "step.output", "{\"chunk\":\"a\"}");
        final JsonNode page = server.get("/f/events");
        assertThat(page.path("total").asInt()).isEqualTo(2);
        assertThat(page.path("events").get(0).path("seq").asLong()).isEqualTo(last);
        assertThat(
                        server.get("/f/events?order=asc&limit=1")
                                .path("events")
                                .get(0)
                                .path("seq")
                                .asLong())
                .isEqualTo(first);
        assertThat(server.get("/f/events?type=step.*").path("total").asInt()).isEqualTo(1);
        final Answer preferred =
                server.client()
                        .answerOf(
                                "/runner-jobs/f/events",
                                "Accept: text/event-stream;q=0.5, application/json\r\n");
        assertThat(preferred.headers().get("content-type")).startsWith("application/json");
        final Answer twice = server.client().get("/runner-jobs/f/events?subject=job/g");
        assertThat(twice.status()).isEqualTo(400);
        assertThat(twice.body()).contains("subject: is said by the path here");
    }

    @Test
    void shouldAnswerTheSameWhenOnlyTheJournalIsLeft() throws IOException {
        server.publish("h", "job.created", "{\"name\":\"n\",\"steps\":[{\"stepId\":\"s\"}]}");
        server.publish("h", "step.started", "{\"stepId\":\"s\"}");
        server.publish("h", "step.completed", "{\"stepId\":\"s\"}");
        server.publish("h", "job.completed", "{\"exit_code\":0}");
        server.publish("i", "step.started", "{\"stepId\":\"s\"}");
        final List<String> before = answers();
        server.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file :
                    files.filter(each -> each.toString().contains("index"))
                            .filter(Files::isRegularFile)
                            .toList()) {
                Files.delete(file);
            }
        }
        server = new JobServer(directory, Map.of());
        assertThat(answers()).isEqualTo(before);
    }

    private List<String> answers() throws IOException {
        final List<String> answers = new ArrayList<>();
        for (final String path :
                List.of("/h", "/h/steps", "/h/events", "/i", "/i/steps", "/i/events")) {
            answers.add(server.get(path).toString());
        }
        answers.add(server.wholeStream("h", null).toString());
        return answers;
    }

    @Test
    void shouldRefuseWhatIsNotThereOrMakesNoSense() throws IOException {
        assertThat(server.client().get("/runner-jobs/nobody").status()).isEqualTo(404);
        assertThat(server.client().get("/runner-jobs/nobody/steps").status()).isEqualTo(404);
        assertThat(server.client().get("/runner-jobs/nobody/events").status()).isEqualTo(404);
        assertThat(server.client().get("/runner-jobs/a%20b").status()).isEqualTo(400);
        assertThat(server.client().get("/runner-jobs/a/steps?limit=0").status()).isEqualTo(400);
        assertThat(server.client().get("/runner-jobs/a?x=1").status()).isEqualTo(400);
    }
}
