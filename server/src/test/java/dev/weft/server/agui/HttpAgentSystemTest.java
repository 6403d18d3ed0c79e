package dev.weft.server.agui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.ClientProcess;
import dev.weft.server.session.SessionCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The HttpAgent of AG-UI's npm client, as it stands, with a session for its agent. */
@Timeout(180)
class HttpAgentSystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path directory;

    private ClientProcess agent(final WeftServer server, final String id, final String mode)
            throws Exception {
        final Path modules = AguiClient.require();
        final String node =
                ClientProcess.require(
                        "TEST_NODE", List.of("node", "nodejs"), List.of("-e", "fetch.name"));
        final Path script = directory.resolve("agent.mjs");
        try (InputStream in = getClass().getResourceAsStream("agent.mjs")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        return ClientProcess.start(
                directory,
                List.of(
                        node,
                        script.toString(),
                        modules.toString(),
                        "http://127.0.0.1:"
                                + server.address().getPort()
                                + "/sessions/"
                                + id
                                + "/agent",
                        id,
                        mode));
    }

    private static JsonNode value(final ClientProcess client, final String name) {
        return JsonMapper.shared().readTree(client.line(name + " ").substring(name.length() + 1));
    }

    private static List<String> types(final ClientProcess client) {
        return client.lines().stream()
                .filter(line -> line.startsWith("event "))
                .map(line -> JsonMapper.shared().readTree(line.substring(6)))
                .map(event -> event.path("type").asString())
                .toList();
    }

    private static void publish(
            final SessionCalls calls, final String id, final String lease, final String events)
            throws IOException {
        assertThat(calls.agui(id, lease, events.replace('\'', '"')).status()).isEqualTo(200);
    }

    private static void awaitCount(
            final SessionCalls calls, final String id, final String type, final int count) {
        await().atMost(PATIENCE).until(() -> calls.count(id, type) == count);
    }

    @Test
    void shouldRunTheExampleAgent() throws Exception {
        final String python =
                ClientProcess.require(
                        "TEST_PYTHON",
                        List.of("python3", "/usr/bin/python3"),
                        List.of("-c", "import json"));
        final Path example = ChildServer.root().resolve("client/examples/agent.py");
        try (WeftServer server =
                        WeftServer.start(
                                directory.resolve("journal"),
                                Map.of(
                                        "session-command",
                                        "echo=" + python + " '" + example + "'"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String id = calls.create(); // and asked at once, whether it runs by now or not
            try (ClientProcess client = agent(server, id, "run")) {
                assertThat(client.exitCode()).isZero();
                assertThat(client.lines()).contains("finished true").endsWith("done");
                assertThat(types(client))
                        .startsWith("RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT")
                        .endsWith("TEXT_MESSAGE_END", "RUN_FINISHED");
                assertThat(value(client, "messages").get(1).path("content").asString())
                        .isEqualTo("You said: hello there ");
            }
        }
    }

    @Test
    void shouldSeeTextToolCallsAndStateOfAWorkersRun() throws Exception {
        try (WeftServer server = WeftServer.start(directory.resolve("journal"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String id = calls.create();
            try (ClientProcess client = agent(server, id, "run")) {
                awaitCount(calls, id, "run.requested", 1);
                final String lease = calls.claim(id);
                publish(
                        calls,
                        id,
                        lease,
                        "[{'type':'RUN_STARTED','threadId':'%s','runId':'run-of-run'},"
                                        .formatted(id)
                                + "{'type':'STATE_SNAPSHOT','snapshot':{'step':1}},"
                                + "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'assistant'},"
                                + "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'Let me '}]");
                client.line("\"delta\":\"Let me \""); // live: the run has not ended
                publish(
                        calls,
                        id,
                        lease,
                        "[{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'see 🌍'},"
                                + "{'type':'TEXT_MESSAGE_END','messageId':'m'},"
                                + "{'type':'TOOL_CALL_START','toolCallId':'c','toolCallName':'search','parentMessageId':'m'},"
                                + "{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'[1,'},"
                                + "{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'2]'},"
                                + "{'type':'TOOL_CALL_END','toolCallId':'c'},"
                                + "{'type':'TOOL_CALL_RESULT','messageId':'t','toolCallId':'c','content':'found'},"
                                + "{'type':'STATE_DELTA','delta':[{'op':'replace','path':'/step','value':2}]},"
                                + "{'type':'RUN_FINISHED','threadId':'%s','runId':'run-of-run'}]"
                                        .formatted(id));
                assertThat(client.exitCode()).isZero();
                assertThat(client.lines()).contains("finished true").endsWith("done");
                final JsonNode messages = value(client, "messages");
                assertThat(messages.get(1).path("content").asString()).isEqualTo("Let me see 🌍");
                final JsonNode call = messages.get(1).path("toolCalls").get(0).path("function");
                assertThat(call.path("name").asString()).isEqualTo("search");
                assertThat(call.path("arguments").asString()).isEqualTo("[1,2]");
                assertThat(messages.get(2).path("content").asString()).isEqualTo("found");
                assertThat(value(client, "state").toString()).isEqualTo("{\"step\":2}");
            }
        }
    }

    /** Who aborts reads no more; the run is the session's and goes on. */
    @Test
    void shouldLetTheClientAbort() throws Exception {
        try (WeftServer server = WeftServer.start(directory.resolve("journal"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String[] claimed = calls.createClaimed();
            final String id = claimed[0];
            try (ClientProcess client = agent(server, id, "abort")) {
                awaitCount(calls, id, "run.requested", 1);
                publish(
                        calls,
                        id,
                        claimed[1],
                        "[{'type':'RUN_STARTED','threadId':'%s','runId':'run-of-abort'},"
                                        .formatted(id)
                                + "{'type':'TEXT_MESSAGE_START','messageId':'m','role':'assistant'},"
                                + "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'and '}]");
                assertThat(client.exitCode()).isZero();
                assertThat(client.lines()).doesNotContain("finished true").endsWith("done");
            }
            await().atMost(PATIENCE)
                    .until(() -> calls.connection().get("/health").number("subscribers") == 0);
            publish(
                    calls,
                    id,
                    claimed[1],
                    "[{'type':'TEXT_MESSAGE_END','messageId':'m'},{'type':'RUN_FINISHED','threadId':'%s','runId':'run-of-abort'}]"
                            .formatted(id));
            assertThat(calls.get("/" + id + "/runs").body()).contains("\"completed\"");
        }
    }

    @Test
    void shouldTellTheClientWhenTheWorkerIsLostAndWhatIsWrong() throws Exception {
        try (WeftServer server =
                        WeftServer.start(
                                directory.resolve("journal"), Map.of("session-lease", "1s"));
                SessionCalls calls = new SessionCalls(server.address())) {
            final String[] claimed = calls.createClaimed();
            try (ClientProcess client = agent(server, claimed[0], "run")) {
                awaitCount(calls, claimed[0], "run.requested", 1);
                publish(
                        calls,
                        claimed[0],
                        claimed[1],
                        "{'type':'RUN_STARTED','threadId':'t','runId':'run-of-run'}");
                assertThat(client.exitCode()).isZero();
                assertThat(client.lines()).contains("error \"WORKER_LOST\"").endsWith("done");
            }
            try (ClientProcess client = agent(server, "nowhere", "run")) {
                assertThat(client.exitCode()).isZero();
                assertThat(value(client, "thrown").asString())
                        .contains("404", "Session not found: nowhere");
            }
        }
    }
}
