package dev.weft.server.session.worker;

import static dev.weft.server.session.SessionCalls.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The example workers, unchanged, each of fewer than 100 lines. */
@Timeout(120)
class ExampleWorkersSystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LINES_MAX = 99;

    @TempDir Path directory;

    private static Path example(final String name) {
        return Path.of("..", "client", "examples", name).toAbsolutePath().normalize();
    }

    private ClientProcess worker(final String language, final WeftServer server)
            throws IOException {
        final boolean isPython = language.equals("python");
        final String program =
                isPython
                        ? ClientProcess.require(
                                "TEST_PYTHON", List.of("python3"), List.of("-c", "import json"))
                        : ClientProcess.require(
                                "TEST_NODE", List.of("node", "nodejs"), List.of("-e", "fetch"));
        return ClientProcess.start(
                directory,
                List.of(
                        program,
                        example(isPython ? "worker.py" : "worker.mjs").toString(),
                        "http://127.0.0.1:" + server.address().getPort(),
                        language));
    }

    private static void awaitStatus(
            final SessionCalls calls, final String id, final String status) {
        await().atMost(PATIENCE).until(() -> calls.status(id).equals(status));
    }

    private static String said(final SessionCalls calls, final String id, final int count) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                json(calls.get("/" + id + "/output")).path("messages").size()
                                        >= count);
        try {
            return json(calls.get("/" + id + "/output"))
                    .path("messages")
                    .get(count - 1)
                    .path("content")
                    .asString();
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node"})
    void shouldServeASessionFromItsMessageToItsStop(final String language) throws Exception {
        assertThat(
                        Files.readAllLines(
                                example(language.equals("node") ? "worker.mjs" : "worker.py")))
                .hasSizeLessThanOrEqualTo(LINES_MAX);
        try (WeftServer server =
                        WeftServer.start(
                                directory.resolve("journal"),
                                Map.of("agui-order", "strict", "session-lease", "5s"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String before = calls.create();
            try (ClientProcess worker = worker(language, server)) {
                worker.line("claimed " + before);
                awaitStatus(calls, before, "running");
                final String after = calls.create();
                worker.line("claimed " + after);
                for (final String id : List.of(before, after)) {
                    final JsonNode run =
                            json(calls.post("/" + id + "/message", "{\"content\":\"gut so\"}"));
                    worker.line("answered " + run.path("run_id").asString() + " 200");
                    assertThat(said(calls, id, 2).trim()).isEqualTo("You said: gut so");
                    final JsonNode runs = json(calls.get("/" + id + "/runs")).path("runs");
                    assertThat(runs.get(0).path("run_id")).isEqualTo(run.path("run_id"));
                    assertThat(runs.get(0).path("status").asString()).isEqualTo("completed");
                    assertThat(runs.get(0).path("user_message").asString()).isEqualTo("gut so");
                }
                assertThat(calls.post("/" + after + "/stop", "").status()).isEqualTo(202);
                worker.line("stopped " + after);
                awaitStatus(calls, after, "stopped");
            }
        }
    }

    /** One worker is killed; the other, in another language, takes its session and its message. */
    @Test
    void shouldTakeOverFromAWorkerThatWasKilled() throws Exception {
        try (WeftServer server =
                        WeftServer.start(
                                directory.resolve("journal"), Map.of("session-lease", "1s"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String id = calls.create();
            try (ClientProcess first = worker("python", server)) {
                first.line("claimed " + id);
            }
            final JsonNode run =
                    json(calls.post("/" + id + "/message", "{\"content\":\"anybody?\"}"));
            try (ClientProcess second = worker("node", server)) {
                second.line("claimed " + id);
                second.line("answered " + run.path("run_id").asString() + " 200");
                assertThat(said(calls, id, 2).trim()).isEqualTo("You said: anybody?");
                assertThat(calls.count(id, "session.lease_lost")).isEqualTo(1);
            }
        }
    }
}
