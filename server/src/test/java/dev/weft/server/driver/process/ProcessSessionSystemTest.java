package dev.weft.server.driver.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.ClientProcess;
import dev.weft.server.session.SessionCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose work a configured command does, over HTTP. */
@Timeout(90)
class ProcessSessionSystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir private Path directory;

    @Test
    void shouldAnswerMessagesByTheExampleAgentAndStopIt() throws Exception {
        final String python =
                ClientProcess.require(
                        "TEST_PYTHON",
                        List.of("python3", "/usr/bin/python3"),
                        List.of("-c", "import json"));
        final String agent = ChildServer.root().resolve("client/examples/agent.py").toString();
        try (WeftServer server = start("echo=" + python + " '" + agent + "'");
                SessionCalls calls = new SessionCalls(server.address())) {
            final String id = calls.create();
            awaitStatus(calls, id, "running");
            assertThat(calls.post("/" + id + "/message", "{\"content\":\"hello there\"}").status())
                    .isEqualTo(202);
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_FINISHED") == 1);

            final String transcript = calls.get("/" + id + "/output").body();
            assertThat(transcript).contains("You said: hello there ");
            assertThat(calls.count(id, "TEXT_MESSAGE_CONTENT")).isEqualTo(4);
            assertThat(calls.get("/" + id + "/runs").body()).contains("\"status\":\"completed\"");
            assertThat(calls.get("/" + id + "/events").body())
                    .contains("\"stream\":\"stderr\",\"text\":\"ready\"")
                    .contains("started: pid=");

            final String longer = "{\"content\":\"" + "word ".repeat(400) + "\"}";
            assertThat(calls.post("/" + id + "/message", longer).status()).isEqualTo(202);
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_STARTED") == 2);
            assertThat(calls.post("/" + id + "/interrupt", "").status()).isEqualTo(200);
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_ERROR") == 1);
            assertThat(calls.status(id)).isEqualTo("running");

            assertThat(calls.post("/" + id + "/stop", "").status()).isEqualTo(202);
            awaitStatus(calls, id, "stopped");
            assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
            awaitStatus(calls, id, "running");
            assertThat(directory.resolve("sessions").resolve(id)).isDirectory();
            assertThat(calls.delete("/" + id).status()).isEqualTo(204);
            await().atMost(PATIENCE)
                    .until(() -> !Files.exists(directory.resolve("sessions").resolve(id)));
        }
    }

    @Test
    void shouldEndASessionAsItsProcessDoesAndTellWhatItPrinted() throws Exception {
        try (WeftServer server =
                        start(
                                """
                                fine=sh -c 'echo {; echo later'
                                bad=sh -c 'echo no json >&2; exit 7'
                                dies=sh -c 'kill -9 $$'
                                """);
                SessionCalls calls = new SessionCalls(server.address())) {
            final String fine = create(calls, "fine");
            final String bad = create(calls, "bad");
            final String dies = create(calls, "dies");
            awaitStatus(calls, fine, "completed");
            awaitStatus(calls, bad, "failed");
            awaitStatus(calls, dies, "failed");
            assertThat(calls.get("/" + fine + "/events").body()).contains("\"text\":\"{\"");
            assertThat(calls.get("/" + bad + "/events").body())
                    .contains("\"text\":\"no json\"")
                    .contains("\"exit_code\":7");
            assertThat(calls.get("/" + dies + "/events").body()).contains("\"signal\":9");
        }
    }

    private WeftServer start(final String commands) {
        return WeftServer.start(
                directory, Map.of("session-command", commands, "session-grace", "10m"));
    }

    private static String create(final SessionCalls calls, final String driver) throws IOException {
        return SessionCalls.json(
                        calls.post("", "{\"task\":\"a task\",\"driver\":\"" + driver + "\"}"))
                .path("id")
                .asString();
    }

    private static void awaitStatus(
            final SessionCalls calls, final String id, final String status) {
        await().atMost(PATIENCE).until(() -> calls.status(id).equals(status));
    }
}
