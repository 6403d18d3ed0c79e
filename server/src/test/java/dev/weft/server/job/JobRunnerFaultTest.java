package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of the commands of jobs when their server is killed. */
@Timeout(90)
class JobRunnerFaultTest {
    @TempDir Path directory;

    private ChildServer open() throws IOException {
        return ChildServer.start(
                directory.resolve("data"),
                directory.resolve("log"),
                "--job-command",
                "slow=sh -c 'echo $$; sleep 300 & wait'",
                "--job-command",
                "ok=echo done",
                "--job-command",
                "stubborn=sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done'",
                "--job-commands-max",
                "1");
    }

    private static String create(final HttpClient client, final String command) throws IOException {
        final Answer answer =
                client.post(
                        "/runner-jobs",
                        "{\"name\":\"n\",\"command\":\"" + command + "\"}",
                        JobServer.JSON);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return JobServer.json(answer).path("id").asString();
    }

    /** What the command printed first. */
    private static long pid(final ChildServer server, final String job) throws IOException {
        try (SseClient stream =
                new SseClient(server.address(), "/runner-jobs/" + job + "/events/stream", null)) {
            SseClient.Frame frame = stream.next();
            while (!frame.event().equals("step.output")) {
                frame = stream.next();
            }
            return Long.parseLong(
                    JsonMapper.shared().readTree(frame.data()).path("chunk").asString().trim());
        }
    }

    private static void awaitEnd(final long pid) {
        await().until(() -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
    }

    /** Between the end of a job and that of its process, which takes its time. */
    @Test
    void shouldEndTheProcessOfAJobThatWasCancelledBeforeTheServerWasKilled() throws Exception {
        final long pid;
        try (ChildServer server = open();
                HttpClient client = new HttpClient(server.address())) {
            final String job = create(client, "stubborn");
            pid = pid(server, job);
            assertThat(client.post("/runner-jobs/" + job + "/cancel", "", "").status())
                    .isEqualTo(200);
            server.kill();
        }
        assertThat(ProcessHandle.of(pid)).as("the command outlives its server").isPresent();
        try (ChildServer server = open();
                HttpClient client = new HttpClient(server.address())) {
            awaitEnd(pid);
            final String next = create(client, "ok");
            await().until(() -> client.get("/runner-jobs/" + next).body().contains("COMPLETED"));
        }
    }

    @Test
    void shouldEndWhatAKilledServerLeftAndRunWhatWaits() throws Exception {
        final String running;
        final String waiting;
        final long pid;
        try (ChildServer server = open();
                HttpClient client = new HttpClient(server.address())) {
            running = create(client, "slow");
            waiting = create(client, "ok");
            pid = pid(server, running);
            server.kill();
        }
        assertThat(ProcessHandle.of(pid)).as("the command outlives its server").isPresent();
        try (ChildServer server = open();
                HttpClient client = new HttpClient(server.address())) {
            await().until(() -> client.get("/runner-jobs/" + waiting).body().contains("COMPLETED"));
            final String body = client.get("/runner-jobs/" + running).body();
            assertThat(body)
                    .contains("\"status\":\"FAILED\"")
                    .contains("the server ended while the command ran");
            awaitEnd(pid);
        }
    }
}
