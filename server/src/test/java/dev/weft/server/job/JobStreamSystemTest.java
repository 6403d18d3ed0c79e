package dev.weft.server.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.SseClient.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of one job: payloads, resume, the end. */
@Timeout(60)
class JobStreamSystemTest {
    @TempDir static Path directory;
    private static JobServer server;
    private static int jobs;

    @BeforeAll
    static void start() throws IOException {
        server = new JobServer(directory, Map.of("keep-alive-interval", "300ms"));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static String newJob() {
        jobs++;
        return "build-" + jobs;
    }

    private static String complete(final String job, final String status) {
        return "{\"jobId\":\"" + job + "\",\"status\":\"" + status + "\"}";
    }

    private static Frame end(final String job, final String status) {
        return new Frame("", JobEvents.COMPLETE, complete(job, status));
    }

    /** Three events of a job and one of another in between; answers the job's sequences. */
    private static long[] runTests(final String job) throws IOException {
        final long first =
                server.publish(
                        job,
                        "step.started",
                        "{\"stepId\": \"s1\", \"name\": \"Running tests\", \"phase\": \"validation\"}");
        server.publish(job + "-other", "step.started", "{}");
        final long second =
                server.publish(
                        job,
                        "step.output",
                        "{\"stepId\": \"s1\", \"chunk\": \"Test suite passed: 42/42\"}");
        final long third =
                server.publish(
                        job,
                        "step.completed",
                        "{\"stepId\": \"s1\", \"status\": \"completed\", \"duration_ms\": 1234}");
        return new long[] {first, second, third};
    }

    @Test
    void shouldSendTheTypeTheSequenceAndThePayloadAloneAndEndWithTheJob() throws IOException {
        final String job = newJob();
        final long[] at = runTests(job);
        final long last = server.publish(job, "job.completed", "");
        server.publish(job, "step.output", "{\"chunk\":\"too late\"}");
        try (HttpClient client = server.weft().connect()) {
            final Answer answer = client.openStream("/runner-jobs/" + job + "/events/stream", null);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers())
                    .containsEntry("content-type", "text/event-stream; charset=utf-8")
                    .containsKey("weft-subscriber");
            assertThat(new String(client.stream().readAllBytes(), UTF_8))
                    .matches("retry: \\d{4}\n\n[\\s\\S]*")
                    .endsWith(
                            "\n\nevent: step.started\nid: "
                                    + at[0]
                                    + "\ndata: {\"stepId\":\"s1\",\"name\":\"Running tests\",\"phase\":\"validation\"}"
                                    + "\n\nevent: step.output\nid: "
                                    + at[1]
                                    + "\ndata: {\"stepId\":\"s1\",\"chunk\":\"Test suite passed: 42/42\"}"
                                    + "\n\nevent: step.completed\nid: "
                                    + at[2]
                                    + "\ndata: {\"stepId\":\"s1\",\"status\":\"completed\",\"duration_ms\":1234}"
                                    + "\n\nevent: job.completed\nid: "
                                    + last
                                    + "\ndata: {}\n\nevent: stream.complete\ndata: "
                                    + complete(job, "completed")
                                    + "\n\n");
        }
    }

    @Test
    void shouldFollowAJobLiveUntilItEndsAndTellTheEndJustOnce() throws IOException {
        final String job = newJob();
        final long[] at = runTests(job);
        try (SseClient stream = server.stream(job, null)) {
            for (final long sequence : at) {
                assertThat(stream.next().sequence()).isEqualTo(sequence);
            }
            final long live = server.publish(job, "step.progress", "{\"progress\":50}");
            assertThat(stream.next())
                    .isEqualTo(
                            new Frame(Long.toString(live), "step.progress", "{\"progress\":50}"));
            final long failed = server.publish(job, "job.failed", "{\"error\":\"no\"}");
            server.publish(job, "job.completed", "{}");
            assertThat(JobServer.rest(stream))
                    .containsExactly(
                            new Frame(Long.toString(failed), "job.failed", "{\"error\":\"no\"}"),
                            end(job, "failed"));
        }
    }

    @Test
    void shouldKeepAnIdleStreamAlive() throws IOException {
        final String job = newJob();
        server.publish(job, "job.started", "");
        try (HttpClient client = server.weft().connect()) {
            client.openStream("/runner-jobs/" + job + "/events/stream", null);
            final InputStream stream = client.stream();
            final StringBuilder got = new StringBuilder();
            while (got.indexOf("\n\n:\n\n:\n\n") < 0) {
                final int next = stream.read();
                assertThat(next).as(got.toString()).isNotNegative();
                got.append((char) next);
            }
        }
    }

    @Test
    void shouldGoOnBehindTheLastEventThatTheClientHas() throws IOException {
        final String job = newJob();
        final long[] at = runTests(job);
        final long last = server.publish(job, "job.cancelled", "{\"reason\":\"enough\"}");
        final List<Frame> all = server.wholeStream(job, null);
        assertThat(all).hasSize(5).endsWith(end(job, "cancelled"));
        assertThat(server.wholeStream(job, Long.toString(at[1]))).isEqualTo(all.subList(2, 5));
        assertThat(server.wholeStream(job, "0")).isEqualTo(all);
        assertThat(server.wholeStream(job, Long.toString(last)))
                .as("it has got all")
                .containsExactly(end(job, "cancelled"));
        final long later = server.publish(newJob(), "job.created", "{}");
        assertThat(server.wholeStream(job, Long.toString(later)))
                .containsExactly(end(job, "cancelled"));
    }

    @Test
    void shouldTellAPositionThatMakesNoSenseAndGoOnLive() throws IOException {
        final String job = newJob();
        runTests(job);
        try (SseClient stream = server.stream(job, "many");
                SseClient early = server.stream(job, "999999999")) {
            assertThat(stream.next().data()).contains("\"reason\":\"invalid\"");
            assertThat(early.next().data()).contains("\"reason\":\"future\"");
            final long last = server.publish(job, "job.completed", "1");
            final List<Frame> rest =
                    List.of(
                            new Frame(Long.toString(last), "job.completed", "1"),
                            end(job, "completed"));
            assertThat(JobServer.rest(stream)).isEqualTo(rest);
            assertThat(JobServer.rest(early)).isEqualTo(rest);
        }
        final List<Frame> after = server.wholeStream(job, "999999999");
        assertThat(after).hasSize(2).endsWith(end(job, "completed"));
        assertThat(after.get(0).event()).isEqualTo("weft.reset");
    }

    @Test
    void shouldSendTheSameByWebSocketAsByServerSentEvents() throws Exception {
        final String job = newJob();
        final String path = "/runner-jobs/" + job + "/events/ws";
        final StringBuilder events = new StringBuilder();
        server.publish(job, "job.created", "{\"name\":\"many\"}");
        final CompletableFuture<List<String>> live = server.webSocket(path);
        try (SseClient stream = server.stream(job, null)) {
            for (int i = 0; i < 10_000; i++) {
                event(
                        events,
                        job,
                        "step.output",
                        "{\"stepId\":\"s"
                                + i % 7
                                + "\",\"chunk\":\""
                                + "é".repeat(i % 200)
                                + "\"}");
            }
            event(events, job, "job.completed", "{\"exit_code\":0}");
            final Answer answer =
                    server.client()
                            .post(
                                    "/events",
                                    events.toString(),
                                    "Content-Type: application/x-ndjson\r\n");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            final List<Frame> frames = JobServer.rest(stream);
            assertThat(frames).hasSize(10_003);
            final List<String> messages = new ArrayList<>();
            for (final Frame frame : frames) {
                messages.add(
                        "{\"event\":\""
                                + frame.event()
                                + "\","
                                + (frame.id().isEmpty() ? "" : "\"id\":" + frame.id() + ",")
                                + "\"data\":"
                                + new String(frame.data().getBytes(ISO_8859_1), UTF_8)
                                + "}");
            }
            messages.add("closed 1000");
            assertThat(live.get()).isEqualTo(messages);
            assertThat(server.webSocket(path).get()).as("after the end").isEqualTo(messages);
            assertThat(server.wholeStream(job, null)).as("after the end").isEqualTo(frames);
            final long middle = frames.get(5_000).sequence();
            assertThat(server.webSocket(path + "?after=" + middle).get())
                    .isEqualTo(messages.subList(5_001, messages.size()));
        }
    }

    private static void event(
            final StringBuilder lines, final String job, final String type, final String data) {
        lines.append("{\"type\":\"")
                .append(type)
                .append("\",\"category\":\"job\",\"subject\":\"job/")
                .append(job)
                .append("\",\"data\":")
                .append(data)
                .append("}\n");
    }

    @Test
    void shouldSendLinesOrEnvelopesWhenAsked() throws IOException {
        final String job = newJob();
        final long first = server.publish(job, "job.started", "{\"a\":1}");
        final long last = server.publish(job, "job.completed", "");
        try (HttpClient client = server.weft().connect()) {
            client.send(
                    "GET",
                    "/runner-jobs/" + job + "/events",
                    "",
                    "Accept: application/x-ndjson\r\n");
            assertThat(client.answer().body())
                    .isEqualTo(
                            "{\"event\":\"job.started\",\"id\":"
                                    + first
                                    + ",\"data\":{\"a\":1}}\n{\"event\":\"job.completed\",\"id\":"
                                    + last
                                    + ",\"data\":{}}\n{\"event\":\"stream.complete\",\"data\":"
                                    + complete(job, "completed")
                                    + "}\n");
        }
        try (SseClient stream =
                new SseClient(
                        server.weft().address(),
                        "/runner-jobs/" + job + "/events?data=envelope&event_names=false",
                        null)) {
            final List<Frame> frames = JobServer.rest(stream);
            assertThat(frames).hasSize(3);
            assertThat(frames.get(0).event()).isEmpty();
            assertThat(frames.get(0).data()).startsWith("{\"seq\":" + first + ",\"event\":{");
            assertThat(frames.get(2)).isEqualTo(end(job, "completed"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/runner-jobs/nobody/events/stream, 404, Job not found: nobody",
        "/runner-jobs/nobody/events, 404, Job not found: nobody",
        "/runner-jobs/a%20b/events/stream, 400, jobId: must be",
        "/runner-jobs/nobody/events/stream?type=a, 400, type: unknown parameter",
        "/runner-jobs/nobody/events/stream?after=-1, 400, after: must be a whole number",
        "/runner-jobs/nobody/events/stream?data=all, 400, data: must be payload or envelope",
        "/runner-jobs/nobody/events/ws, 426, this address speaks WebSocket",
        "/events/stream?data=all, 400, data: must be payload or envelope"
    })
    void shouldRefuseWhatIsNotThereOrMakesNoSense(
            final String path, final int status, final String detail) throws IOException {
        server.client().send("GET", path, "", "Accept: text/event-stream\r\n");
        final Answer answer = server.client().answer();
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(JobServer.json(answer).path("detail").asString()).contains(detail);
    }

    @Test
    void shouldRefuseTheWebSocketOfAnUnknownJob() {
        assertThat(server.webSocket("/runner-jobs/nobody/events/ws"))
                .failsWithin(java.time.Duration.ofSeconds(20))
                .withThrowableThat()
                .withStackTraceContaining("404");
    }

    @Test
    void shouldSendPayloadsOfAnyStreamWhenAsked() throws IOException {
        final String job = newJob();
        try (SseClient plain =
                        new SseClient(
                                server.weft().address(),
                                "/events/stream?data=payload&subject=job/" + job,
                                null);
                SseClient named =
                        new SseClient(
                                server.weft().address(),
                                "/events/stream?data=payload&event_names=true&subject=job/" + job,
                                null)) {
            final long last = server.publish(job, "job.completed", "[1]");
            assertThat(plain.next()).isEqualTo(new Frame(Long.toString(last), "", "[1]"));
            assertThat(named.next())
                    .isEqualTo(new Frame(Long.toString(last), "job.completed", "[1]"));
            final String id = "\"data\":\"payload\"";
            assertThat(server.client().get("/subscribers").body()).contains(id);
        }
    }

    @Test
    void shouldAskForTheKeyAsElsewhere(@TempDir final Path own) throws IOException {
        try (JobServer closed = JobServer.closed(own)) {
            for (final String path : List.of("", "/events", "/events/stream", "/events/ws")) {
                closed.client().send("GET", "/runner-jobs/x" + path, "", "");
                assertThat(closed.client().answer().status()).as(path).isEqualTo(401);
            }
            closed.client()
                    .send(
                            "GET",
                            "/runner-jobs/x/events/stream",
                            "",
                            "X-API-Key: " + JobServer.KEY + "\r\n");
            assertThat(closed.client().answer().status()).isEqualTo(404);
        }
    }
}
