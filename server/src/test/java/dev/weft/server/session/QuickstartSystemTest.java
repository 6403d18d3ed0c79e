package dev.weft.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.ClientProcess;
import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.nio.file.Files;
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

/**
 * The clients of the quickstart, unchanged: Python with the real requests library, JavaScript under
 * Node, the shell with curl.
 */
@Timeout(120)
class QuickstartSystemTest {
    private static final String SESSION = "123e4567-e89b-12d3-a456-426614174000";
    private static final String KEY = "your-api-key-here";
    private static final String HEADERS =
            "Content-Type: application/json\r\nX-API-Key: " + KEY + "\r\n";

    @TempDir Path directory;
    private final Quickstart quickstart = read();
    private WeftServer guarded;
    private WeftServer open;

    private static Quickstart read() {
        try {
            return Quickstart.read();
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }

    @BeforeEach
    void start() throws IOException {
        final Path keys = Files.writeString(directory.resolve("keys"), KEY + "\n");
        guarded =
                WeftServer.start(
                        directory.resolve("guarded"), Map.of("api-keys-file", keys.toString()));
        open = WeftServer.start(directory.resolve("open"));
    }

    @AfterEach
    void stop() {
        guarded.close();
        open.close();
    }

    private static String origin(final WeftServer server) {
        return "http://127.0.0.1:" + server.address().getPort();
    }

    private static void publish(
            final WeftServer server, final String type, final String data, final String message)
            throws IOException {
        try (HttpClient client = server.connect()) {
            final HttpClient.Answer answer =
                    client.post(
                            "/events",
                            "{\"type\":\""
                                    + type
                                    + "\",\"category\":\"session\",\"subject\":\"session/"
                                    + SESSION
                                    + "\",\"message\":\""
                                    + message
                                    + "\",\"data\":"
                                    + data
                                    + "}",
                            HEADERS);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
    }

    private static void publishFive(final WeftServer server) throws IOException {
        publish(server, "session_created", "{}", "created");
        publish(server, "workflow_started", "{}", "started");
        publish(
                server,
                "workflow_error",
                "{\"error\":\"LLM API rate limit exceeded\",\"recoverable\":true}",
                "LLM API rate limit exceeded. Retrying in 60 seconds.");
        publish(
                server,
                "step_status_changed",
                "{\"step_code\":\"compile\",\"new_status\":\"running\"}",
                "compiling");
        publish(
                server,
                "workflow_completed",
                "{\"duration_seconds\":45.67,\"tests_generated\":12}",
                "Test generation completed. Generated 12 tests.");
    }

    private ClientProcess python(final String scenario, final WeftServer server)
            throws IOException {
        final String python =
                ClientProcess.require(
                        "TEST_PYTHON",
                        List.of("python3", "/usr/bin/python3"),
                        List.of("-c", "import requests"));
        final Path client =
                Files.writeString(
                        directory.resolve("client.py"),
                        quickstart.code("### Python Client Example"));
        return ClientProcess.start(
                directory,
                List.of(
                        python,
                        Quickstart.copy("drive.py", directory).toString(),
                        scenario,
                        client.toString(),
                        origin(server),
                        SESSION));
    }

    private ClientProcess node(final String scenario, final WeftServer server) throws IOException {
        final String node =
                ClientProcess.require(
                        "TEST_NODE", List.of("node", "nodejs"), List.of("-e", "fetch.name"));
        final Path react = Files.createDirectories(directory.resolve("node_modules/react"));
        Files.writeString(
                react.resolve("package.json"), "{\"type\":\"module\",\"main\":\"react.js\"}");
        Quickstart.copy("react.js", react);
        Files.writeString(
                directory.resolve("component.mjs"),
                quickstart.component(
                        "### React/JavaScript Example",
                        "  if (loading) return <div>",
                        "  return { events, lastTimestamp, loading };\n}\nexport { SessionEvents };\n"));
        Files.writeString(
                directory.resolve("log.mjs"),
                "import { useState } from 'react';\n"
                        + quickstart.component(
                                "### Use Case 3: Activity Log",
                                "  return (\n",
                                "  return { events, filter, fetchFilteredEvents };\n}\nexport { EventLog };\n"));
        Files.writeString(
                directory.resolve("cases.mjs"),
                quickstart.code("### Use Case 1: Real-Time Progress Bar")
                        + quickstart.code("### Use Case 2: Error Alerting")
                        + "export { updateProgressBar, checkForErrors };\n");
        return ClientProcess.start(
                directory,
                List.of(
                        node,
                        Quickstart.copy("browser.mjs", directory).toString(),
                        scenario,
                        origin(server),
                        SESSION));
    }

    private static JsonNode json(final String line) {
        return JsonMapper.shared().readTree(line);
    }

    private static List<String> types(final JsonNode items) {
        final List<String> types = new ArrayList<>();
        items.forEach(item -> types.add(item.path("event_type").asString()));
        return types;
    }

    @Test
    void shouldServeEachCallOfThePythonClient() throws Exception {
        publishFive(guarded);
        try (ClientProcess client = python("calls", guarded)) {
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
            final JsonNode first = json(client.line("{\"first\"")).path("first");
            assertThat(types(first.path("items")))
                    .containsExactly(
                            "workflow_completed",
                            "step_status_changed",
                            "workflow_error",
                            "workflow_started",
                            "session_created");
            assertThat(
                            first.path("items")
                                    .get(0)
                                    .path("event_data")
                                    .path("tests_generated")
                                    .asInt())
                    .isEqualTo(12);
            assertThat(first.path("pagination").toString())
                    .isEqualTo(
                            "{\"page\":1,\"per_page\":20,\"total\":5,\"total_pages\":1,"
                                    + "\"has_next\":false,\"has_prev\":false}");
            final JsonNode second = json(client.line("{\"second\"")).path("second");
            assertThat(types(second.path("items")))
                    .containsExactly("workflow_started", "session_created");
            assertThat(second.path("pagination").toString())
                    .isEqualTo(
                            "{\"page\":2,\"per_page\":3,\"total\":5,\"total_pages\":2,"
                                    + "\"has_next\":false,\"has_prev\":true}");
            assertThat(types(json(client.line("{\"errors\"")).path("errors").path("items")))
                    .containsExactly("workflow_error");
            assertThat(types(json(client.line("{\"newer\"")).path("newer").path("items")))
                    .as("since is exclusive")
                    .containsExactly("workflow_completed", "step_status_changed");
            assertThat(client.line("workflow_completed: "))
                    .matches(
                            "\\[\\d\\d:\\d\\d:\\d\\d] workflow_completed: Test generation completed\\..*");
            assertThat(client.lines().stream().filter(line -> line.contains("refused")).toList())
                    .containsExactly(
                            "{\"refused\": 404, \"detail\": \"Session not found: 00000000-0000-0000-0000-000000000000\"}",
                            "{\"refused\": 400, \"detail\": \"Invalid datetime format for 'since' parameter."
                                    + " Expected ISO 8601 format (e.g., 2026-01-13T14:30:00Z)\"}",
                            "{\"refused\": 400, \"detail\": \"per_page must be between 1 and 100\"}",
                            "{\"refused\": 401, \"detail\": \"Invalid API key\"}");
        }
    }

    @Test
    void shouldLetThePythonClientMonitorASessionWithoutLossOrRepetition() throws Exception {
        publishFive(guarded);
        try (ClientProcess client = python("monitor", guarded)) {
            client.line("Polling for new events every 1s");
            publish(guarded, "workflow_resumed", "{}", "6");
            publish(guarded, "workflow_paused", "{}", "7");
            publish(guarded, "workflow_failed", "{}", "8");
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
            final List<String> seen =
                    client.lines().stream()
                            .filter(line -> line.startsWith("{\"event\""))
                            .map(line -> json(line).path("event").path("event_type").asString())
                            .toList();
            assertThat(seen)
                    .containsExactly(
                            "session_created",
                            "workflow_started",
                            "workflow_error",
                            "step_status_changed",
                            "workflow_completed",
                            "workflow_resumed",
                            "workflow_paused",
                            "workflow_failed");
        }
    }

    @Test
    void shouldServeThePythonScriptAsItStands() throws Exception {
        publishFive(guarded);
        try (ClientProcess client = python("script", guarded)) {
            assertThat(client.line("ERROR:"))
                    .isEqualTo("⚠️  ERROR: LLM API rate limit exceeded. Retrying in 60 seconds.");
            assertThat(client.line("COMPLETED:"))
                    .isEqualTo("✅ COMPLETED: Test generation completed. Generated 12 tests.");
            client.line("Polling for new events every 2s");
            publish(guarded, "artifact_created", "{}", "report.html");
            assertThat(client.line("artifact_created"))
                    .isEqualTo("ℹ️  artifact_created: report.html");
        }
    }

    @Test
    void shouldKeepTheReactComponentUpToDate() throws Exception {
        publishFive(guarded);
        try (ClientProcess client = node("component", guarded)) {
            assertThat(json(client.line("\"loading\"")).path("loading").asBoolean()).isTrue();
            final JsonNode loaded = json(client.line("\"loaded\"")).path("loaded");
            assertThat(loaded).hasSize(5);
            publish(guarded, "artifact_created", "{}", "report.html");
            final JsonNode polled = json(client.line("\"polled\""));
            assertThat(types(polled.path("polled")))
                    .as("the new one first, no old one again")
                    .startsWith("artifact_created", "workflow_completed")
                    .hasSize(6);
            assertThat(polled.path("lastTimestamp").asString())
                    .isEqualTo(polled.path("polled").get(0).path("timestamp").asString());
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
        }
    }

    @Test
    void shouldServeTheActivityLog() throws Exception {
        publishFive(guarded);
        try (ClientProcess client = node("log", guarded)) {
            assertThat(json(client.line("\"all\"")).path("all")).hasSize(5);
            assertThat(types(json(client.line("\"errors\"")).path("errors")))
                    .containsExactly("workflow_error");
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
        }
    }

    @Test
    void shouldServeProgressBarAndAlerts() throws Exception {
        publishFive(open);
        try (ClientProcess client = node("cases", open)) {
            final JsonNode bar = json(client.line("\"progressBar\"")).path("progressBar");
            assertThat(bar.toString())
                    .isEqualTo("{\"indeterminate\":false,\"value\":100,\"label\":\"Completed\"}");
            final JsonNode toasts = json(client.line("\"toasts\"")).path("toasts");
            assertThat(toasts).hasSize(1);
            assertThat(toasts.get(0).path("message").asString())
                    .isEqualTo("LLM API rate limit exceeded. Retrying in 60 seconds.");
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
        }
    }

    /** curl is given the place of the server and the session that the text leaves open. */
    private ClientProcess curl(final String code, final WeftServer server) throws IOException {
        final String shell =
                """
                curl() {
                  local -a given=()
                  local word
                  for word in "$@"; do
                    word=${word//http:\\/\\/localhost:8000/$ORIGIN}
                    given+=("${word//\\{session_id\\}/$SESSION}")
                  done
                  command curl --silent --show-error --fail-with-body --write-out '\\n' "${given[@]}" || exit 1
                }
                """;
        final Path script =
                Files.writeString(
                        directory.resolve("lines.sh"),
                        "ORIGIN=" + origin(server) + "\nSESSION=" + SESSION + "\n" + shell + code);
        return ClientProcess.start(directory, List.of("bash", script.toString()));
    }

    @Test
    void shouldServeTheQuickExamplesOfTheShell() throws Exception {
        publishFive(guarded);
        for (final String heading :
                List.of(
                        "### 1. Get Recent Events (Initial Load)",
                        "### 2. Poll for New Events (Real-Time Monitoring)",
                        "### 3. Filter by Event Type (Troubleshooting)")) {
            try (ClientProcess client = curl(quickstart.code(heading), guarded)) {
                assertThat(client.exitCode()).as(client.lines().toString()).isZero();
                final JsonNode page = json(client.line("{"));
                assertThat(page.propertyNames()).containsExactly("items", "pagination");
                assertThat(page.path("items")).hasSize(heading.contains("Filter") ? 1 : 5);
            }
        }
    }

    @Test
    void shouldServeTheManualTestsOfTheShell() throws Exception {
        publishFive(open);
        try (ClientProcess client = curl(quickstart.code("### Manual Testing with curl"), open)) {
            assertThat(client.exitCode()).as(client.lines().toString()).isZero();
            final List<JsonNode> pages =
                    client.lines().stream()
                            .filter(line -> line.startsWith("{"))
                            .map(QuickstartSystemTest::json)
                            .toList();
            assertThat(pages).hasSize(4);
            assertThat(pages.get(0).path("items")).hasSize(5);
            assertThat(pages.get(1).path("items")).hasSize(1);
            assertThat(pages.get(3).path("items")).isEmpty();
            assertThat(pages.get(3).path("pagination").path("has_prev").asBoolean()).isTrue();
        }
    }
}
