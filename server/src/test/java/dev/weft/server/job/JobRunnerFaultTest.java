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

    @Test
    void shouldEndWhatAKilledServerLeftAndRunWhatWaits() throws Exception {
        final String running;
        final String waiting;
        final long pid;
        try (ChildServer server = open();
                HttpClient client = new HttpClient(server.address())) {
            running = create(client, "slow");
            waiting = create(client, "ok");
            try (SseClient stream =
                    new SseClient(
                            server.address(), "/runner-jobs/" + running + "/events/stream", null)) {
                SseClient.Frame frame = stream.next();
                while (!frame.event().equals("step.output")) {
                    frame = stream.next();
                }
                pid =
                        Long.parseLong(
                                JsonMapper.shared()
                                        .readTree(frame.data())
                                        .path("chunk")
                                        .asString()
                                        .trim());
            }
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
            await().until(
                            () ->
                                    ProcessHandle.of(pid)
                                            .map(process -> !process.isAlive())
                                            .orElse(true));
        }
    }
}
