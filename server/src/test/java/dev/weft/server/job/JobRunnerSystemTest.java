package dev.weft.server.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.SseClient.Frame;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs that run a command which the operator configured. */
@Timeout(60)
class JobRunnerSystemTest {
    private static final String COMMANDS =
            """
            ok=echo hello, world
            bad=sh -c "echo 'not so' >&2; exit 3"
            slow=sh -c 'echo $$; exec sleep 60'
            stubborn=sh -c "trap '' TERM; echo $$; while true; do sleep 1; done"
            bytes=printf 'a\\377b'
            many=sh -c 'i=0; while [ $i -lt 20000 ]; do echo line $i é; i=$((i+1)); done'
            none=/no/such/program
            halves=sh -c 'for b in "a\\\\303" "\\\\251b\\\\342\\\\202" "\\\\254\\\\360" "\\\\237" "\\\\214\\\\215" "c\\\\342\\\\202"; do printf "$b"; sleep 0.1; done'
            """;

    @TempDir Path directory;
    private JobServer server;

    @BeforeEach
    void start() throws IOException {
        server = open();
    }

    private JobServer open() throws IOException {
        return new JobServer(
                directory.resolve("data"),
                Map.of("job-command", COMMANDS, "job-commands-max", "2"));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private String create(final String command) throws IOException {
        final Answer answer = server.post("", "{\"name\":\"n\",\"command\":\"" + command + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return JobServer.json(answer).path("id").asString();
    }

    private String status(final String job) throws IOException {
        return server.get("/" + job).path("status").asString();
    }

    /** What a job printed on one output. */
    private static String printed(final List<Frame> frames, final String stream) {
        final StringBuilder text = new StringBuilder();
        for (final Frame frame : frames) {
            final JsonNode data = JsonMapper.shared().readTree(frame.data());
            if (frame.event().equals("step.output")
                    && data.path("stream").asString().equals(stream)) {
                text.append(data.path("chunk").asString());
            }
        }
        return new String(
                text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), UTF_8);
    }

    private static List<String> types(final List<Frame> frames) {
        final List<String> types = new ArrayList<>();
        frames.forEach(frame -> types.add(frame.event()));
        return types;
    }

    private long pid(final SseClient stream) throws IOException {
        for (Frame frame = stream.next(); true; frame = stream.next()) {
            if (frame.event().equals("step.output")) {
                return Long.parseLong(
                        JsonMapper.shared().readTree(frame.data()).path("chunk").asString().trim());
            }
        }
    }

    private static void awaitDeath(final long pid) {
        await().until(() -> ProcessHandle.of(pid).map(each -> !each.isAlive()).orElse(true));
    }

    @Test
    void shouldRunTheCommandAndTellWhatItPrintsAndHowItEnds() throws IOException {
        final String job = create("ok");
        final List<Frame> frames = server.wholeStream(job, null);
        assertThat(types(frames))
                .containsExactly(
                        "job.created",
                        "job.queued",
                        "job.started",
                        "step.started",
                        "step.output",
                        "step.completed",
                        "job.completed",
                        "stream.complete");
        assertThat(printed(frames, "stdout")).isEqualTo("hello, world\n");
        final JsonNode ended = server.get("/" + job);
        assertThat(ended.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(ended.path("command").asString()).isEqualTo("ok");
        assertThat(ended.path("exit_code").asInt(-1)).isZero();
        assertThat(ended.path("steps").get(0).path("status").asString()).isEqualTo("COMPLETED");
    }

    @Test
    void shouldFailWithTheExitCode() throws IOException {
        final String job = create("bad");
        assertThat(printed(server.wholeStream(job, null), "stderr")).isEqualTo("not so\n");
        final JsonNode ended = server.get("/" + job);
        assertThat(ended.path("status").asString()).isEqualTo("FAILED");
        assertThat(ended.path("exit_code").asInt()).isEqualTo(3);
        assertThat(ended.path("error").asString()).isEqualTo("exit code 3");
        final Answer retried = server.post("/" + job + "/retry", "");
        assertThat(retried.status()).isEqualTo(201);
        final String again = JobServer.json(retried).path("id").asString();
        assertThat(types(server.wholeStream(again, null))).contains("job.started", "job.failed");
        final String none = create("none");
        assertThat(types(server.wholeStream(none, null))).contains("step.failed", "job.failed");
        assertThat(server.get("/" + none).path("error").asString())
                .isEqualTo("no such program: /no/such/program");
    }

    @Test
    void shouldKeepAllOutputInOrder() throws IOException {
        final StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            expected.append("line ").append(i).append(" é\n");
        }
        assertThat(printed(server.wholeStream(create("many"), null), "stdout"))
                .isEqualTo(expected.toString());
    }

    @Test
    void shouldSayWhenOutputIsNoText() throws IOException {
        assertThat(server.wholeStream(create("bytes"), null).get(4).data())
                .isEqualTo(
                        "{\"stepId\":\"command\",\"stream\":\"stdout\",\"encoding\":\"base64\",\"chunk\":\"Yf9i\"}");
    }

    /** A character that comes in two reads is one; what is none at the end is told as it is. */
    @Test
    void shouldNotCutCharacters() throws IOException {
        final StringBuilder text = new StringBuilder();
        final List<String> raw = new ArrayList<>();
        for (final Frame frame : server.wholeStream(create("halves"), null)) {
            if (frame.event().equals("step.output")) {
                final JsonNode data =
                        JsonMapper.shared()
                                .readTree(
                                        frame.data()
                                                .getBytes(
                                                        java.nio.charset.StandardCharsets
                                                                .ISO_8859_1));
                final String chunk = data.path("chunk").asString();
                assertThat(chunk).isNotEmpty();
                if (data.has("encoding")) {
                    raw.add(chunk);
                } else {
                    text.append(chunk);
                }
            }
        }
        assertThat(text).hasToString("aéb€🌍c");
        assertThat(raw).containsExactly("4oI=");
    }

    @Test
    void shouldFailAJobWhoseCommandIsNotConfiguredAnyMore() throws IOException {
        create("slow");
        create("slow");
        final String waiting = create("ok");
        server.close();
        server =
                new JobServer(directory.resolve("data"), Map.of("job-command", "other=echo other"));
        await().until(() -> status(waiting).equals("FAILED"));
        assertThat(server.get("/" + waiting).path("error").asString())
                .isEqualTo("the command ok is not configured any more");
    }

    @Test
    void shouldEndTheProcessOfAJobThatIsCancelled() throws IOException {
        final String job = create("slow");
        try (SseClient stream = server.stream(job, null)) {
            final long pid = pid(stream);
            assertThat(ProcessHandle.of(pid)).isPresent();
            assertThat(server.post("/" + job + "/cancel", "").status()).isEqualTo(200);
            awaitDeath(pid);
            assertThat(types(JobServer.rest(stream)))
                    .containsExactly("job.cancelled", "stream.complete");
        }
        final String other = create("slow");
        try (SseClient stream = server.stream(other, null)) {
            final long pid = pid(stream);
            server.publish(other, "job.failed", "{\"error\":\"somebody says so\"}");
            awaitDeath(pid);
        }
        assertThat(server.get("/" + other).path("error").asString()).isEqualTo("somebody says so");
    }

    @Test
    void shouldEndAProcessThatIgnoresIt() throws IOException {
        final String job = create("stubborn");
        try (SseClient stream = server.stream(job, null)) {
            final long pid = pid(stream);
            server.post("/" + job + "/cancel", "");
            awaitDeath(pid);
        }
    }

    @Test
    void shouldRunSoManyAtATime() throws IOException {
        final String first = create("slow");
        final String second = create("slow");
        final String third = create("ok");
        await().until(() -> status(first).equals("RUNNING") && status(second).equals("RUNNING"));
        assertThat(status(third)).isEqualTo("QUEUED");
        server.post("/" + second + "/cancel", "");
        await().until(() -> status(third).equals("COMPLETED"));
        final String waiting = create("slow");
        final String late = create("slow");
        await().until(() -> status(waiting).equals("RUNNING"));
        assertThat(server.post("/" + late + "/cancel", "").status()).isEqualTo(200);
        assertThat(types(server.wholeStream(late, null))).doesNotContain("job.started");
    }

    @Test
    void shouldRunOnlyWhatWasCreatedHereAndIsConfigured() throws IOException {
        final Answer unknown = server.post("", "{\"name\":\"n\",\"command\":\"rm\"}");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.body()).contains("bad, bytes, halves, many, none, ok, slow, stubborn");
        server.publish("forged", "job.created", "{\"name\":\"n\",\"command\":\"ok\"}");
        server.publish("forged", "job.queued", "");
        server.wholeStream(create("ok"), null);
        assertThat(status("forged")).isEqualTo("QUEUED");
    }

    @Test
    void shouldTellWhatItEndedWhenTheServerStops() throws IOException {
        final String job = create("slow");
        final long pid;
        try (SseClient stream = server.stream(job, null)) {
            pid = pid(stream);
        }
        server.close();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
        server = open();
        final JsonNode ended = server.get("/" + job);
        assertThat(ended.path("status").asString()).isEqualTo("FAILED");
        assertThat(ended.path("error").asString())
                .isEqualTo("the server ended while the command ran");
    }
}
