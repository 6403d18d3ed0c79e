package dev.weft.server.session;

import static dev.weft.server.session.SessionCalls.json;
import static dev.weft.server.session.SessionCalls.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.RunningServer;
import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.record.Uuids;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The resource, the table of phases, and what is refused with which words. */
@Timeout(60)
class SessionControlSystemTest {
    private static final String NOT_RUNNING = "Session is not in a running state";
    private static final String RUNNING_OR_PENDING = "Session is already running or pending";
    private static final String UNKNOWN = "Session state is unknown";
    private static final String MESSAGE = "{\"content\":\"hello\"}";
    private static final String RUN = "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    @RegisterExtension private static final RunningServer SERVER = new RunningServer();

    @TempDir private Path directory;
    private SessionCalls calls;

    @BeforeEach
    void connect() throws IOException {
        calls = new SessionCalls(SERVER.client());
    }

    /** A session in a phase. */
    private String in(final String phase) throws IOException {
        switch (phase) {
            case "pending" -> {
                return calls.create();
            }
            case "creating" -> {
                final String id = in("stopped");
                assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
                return id;
            }
            case "unknown" -> {
                final String id = "unknown-" + System.nanoTime();
                assertThat(
                                calls.connection()
                                        .post(
                                                "{\"type\":\"session.running\",\"subject\":\"session/"
                                                        + id
                                                        + "\"}")
                                        .status())
                        .isEqualTo(200);
                return id;
            }
            default -> {
                final String[] claimed = calls.createClaimed();
                final String id = claimed[0];
                if (phase.equals("stopping") || phase.equals("stopped")) {
                    assertThat(calls.post("/" + id + "/stop", "").status()).isEqualTo(202);
                }
                if (!phase.equals("running") && !phase.equals("stopping")) {
                    final String more = phase.equals("failed") ? ",\"error\":\"it broke\"" : "";
                    assertThat(
                                    calls.post(
                                                    "/" + id + "/lease",
                                                    "{\"lease_id\":\""
                                                            + claimed[1]
                                                            + "\",\"status\":\""
                                                            + phase
                                                            + "\""
                                                            + more
                                                            + "}")
                                            .status())
                            .isEqualTo(200);
                }
                return id;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sessions", "/v1/sessions", "/api/v2/sessions"})
    void shouldCreateShowListAndDeleteUnderEachName(final String prefix) throws IOException {
        final HttpClient client = calls.connection();
        final Answer created =
                client.post(
                        prefix,
                        "{\"task\":\"fix the build\",\"display_name\":\"Fix\",\"model\":\"m-1\","
                                + "\"repos\":[{\"url\":\"https://x.example/r.git\",\"branch\":\"main\"}],"
                                + "\"activeWorkflow\":{\"gitUrl\":\"https://x.example/w.git\"},"
                                + "\"environmentVariables\":{\"TOKEN\":\"secret\"}}",
                        "Content-Type: application/json\r\n");
        assertThat(created.status()).as(created.body()).isEqualTo(201);
        final String id = json(created).path("id").asString();
        assertThat(Uuids.isUuid(id)).isTrue();
        assertThat(created.body())
                .isEqualTo("{\"id\":\"" + id + "\",\"message\":\"Session created\"}");
        assertThat(created.headers()).containsEntry("location", prefix + "/" + id);

        final Answer shown = client.get(prefix + "/" + id + "/");
        assertThat(shown.status()).isEqualTo(200);
        final JsonNode session = json(shown);
        assertThat(session.path("id").asString()).isEqualTo(id);
        assertThat(session.path("status").asString()).isEqualTo("pending");
        assertThat(session.path("task").asString()).isEqualTo("fix the build");
        assertThat(session.path("display_name").asString()).isEqualTo("Fix");
        assertThat(session.path("model").asString()).isEqualTo("m-1");
        assertThat(session.path("driver").asString()).isEqualTo("worker");
        assertThat(session.path("repos").toString())
                .isEqualTo("[{\"url\":\"https://x.example/r.git\",\"branch\":\"main\"}]");
        assertThat(session.path("active_workflow").toString())
                .isEqualTo("{\"git_url\":\"https://x.example/w.git\"}");
        assertThat(session.path("created_at").asString()).matches("\\d{4}-.*T.*\\.\\d{6}Z");
        assertThat(session.has("completed_at")).isFalse();
        assertThat(shown.body()).doesNotContain("secret");

        final JsonNode list = json(client.get(prefix + "?limit=1"));
        assertThat(list.path("items")).hasSize(1);
        assertThat(list.path("items").get(0)).isEqualTo(session);
        assertThat(list.path("total").asInt()).isPositive();

        client.send("DELETE", prefix + "/" + id, "", "");
        final Answer deleted = client.answer();
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        refused(client.get(prefix + "/" + id), 404, "Session not found: " + id);
        client.send("DELETE", prefix + "/" + id, "", "");
        refused(client.answer(), 404, "Session not found: " + id);
    }

    @Test
    void shouldListPageByPageTheNewestFirst() throws IOException {
        final List<String> ids = List.of(calls.create(), calls.create(), calls.create());
        final JsonNode first = json(calls.get("?limit=2"));
        assertThat(first.path("items").get(0).path("id").asString()).isEqualTo(ids.get(2));
        assertThat(first.path("items").get(1).path("id").asString()).isEqualTo(ids.get(1));
        final String cursor = first.path("next_cursor").asString();
        final JsonNode second = json(calls.get("?limit=2&cursor=" + cursor));
        assertThat(second.path("items").get(0).path("id").asString()).isEqualTo(ids.get(0));
        assertThat(second.path("total")).isEqualTo(first.path("total"));
        final String claimed = ids.get(1);
        calls.claim(claimed);
        final JsonNode running = json(calls.get("?status=running&limit=1000"));
        assertThat(running.path("items"))
                .extracting(item -> item.path("id").asString())
                .contains(claimed)
                .doesNotContain(ids.get(0));
        assertThat(running.path("total").asInt()).isEqualTo(running.path("items").size());
        assertThat(running.has("next_cursor")).isFalse();
        refused(calls.get("?limit=0"), 400, "limit: must be a whole number from 1 to 1000");
        refused(
                calls.get("?status=happy"),
                400,
                "status: must be one of: pending, running, stopping, stopped, completed, failed");
    }

    @ParameterizedTest
    @CsvSource({
        "running,202,422,202",
        "pending,422,422,202",
        "creating,422,422,202",
        "completed,422,202,422",
        "failed,422,202,422",
        "stopped,422,202,202",
        "stopping,422,202,202",
        "unknown,422,409,409"
    })
    void shouldGuardByThePhase(
            final String phase, final int message, final int start, final int stop)
            throws IOException {
        final String shown =
                phase.equals("creating") || phase.equals("unknown") ? "pending" : phase;
        final String id = in(phase);
        assertThat(calls.status(id)).isEqualTo(shown);
        for (final String call : List.of("message", "runs")) {
            // The guard comes before the body.
            final Answer bad = calls.post("/" + id + "/" + call, "no JSON");
            final Answer good =
                    calls.post("/" + id + "/" + call, call.equals("runs") ? RUN : MESSAGE);
            assertThat(good.status()).as(call + good.body()).isEqualTo(message);
            if (message == 422) {
                refused(bad, 422, NOT_RUNNING);
                refused(good, 422, NOT_RUNNING);
            } else {
                assertThat(bad.status()).isEqualTo(400);
                assertThat(json(bad).path("error").asString()).startsWith("Invalid request body");
            }
        }
        final Answer interrupted = calls.post("/" + in(phase) + "/interrupt", "");
        assertThat(interrupted.status()).isEqualTo(200);
        assertThat(interrupted.body()).isEqualTo("{\"message\":\"Interrupt signal sent\"}");
        final Answer started = calls.post("/" + id + "/start", "");
        assertThat(started.status()).as(started.body()).isEqualTo(start);
        switch (start) {
            case 422 -> refused(started, 422, RUNNING_OR_PENDING);
            case 409 -> refused(started, 409, UNKNOWN);
            default -> {
                assertThat(json(started).path("id").asString()).isEqualTo(id);
                assertThat(json(started).path("status").asString()).isEqualTo("pending");
                assertThat(json(started)).isEqualTo(json(calls.get("/" + id)));
            }
        }
        final String other = in(phase);
        final Answer stopped = calls.post("/" + other + "/stop", "");
        assertThat(stopped.status()).as(stopped.body()).isEqualTo(stop);
        switch (stop) {
            case 422 -> refused(stopped, 422, NOT_RUNNING);
            case 409 -> refused(stopped, 409, UNKNOWN);
            default -> {
                assertThat(json(stopped)).isEqualTo(json(calls.get("/" + other)));
                assertThat(json(stopped).path("status").asString()).isIn("stopping", "stopped");
            }
        }
    }

    @Test
    void shouldRefuseAnUnknownSessionAfterItsIdAndBeforeItsBody() throws IOException {
        for (final String call : List.of("message", "runs", "start", "stop", "interrupt")) {
            refused(calls.post("/Not_An_Id/" + call, "no JSON"), 400, "Invalid session ID");
            refused(calls.post("/nobody/" + call, "no JSON"), 404, "Session not found: nobody");
        }
        refused(calls.get("/nobody/output"), 404, "Session not found: nobody");
        refused(calls.get("/nobody/runs"), 404, "Session not found: nobody");
        refused(calls.get("/nobody"), 404, "Session not found: nobody");
        refused(calls.get("/Not_An_Id"), 400, "Invalid session ID");
        assertThat(json(calls.get("/Not_An_Id")).path("rule").asString()).contains("DNS label");
    }

    @Test
    void shouldCheckFormatThenRunBeforeItLooksForTheSession() throws IOException {
        refused(
                calls.get("/nobody/output?format=xml&run_id=1"),
                400,
                "Invalid format \"xml\", must be one of: transcript, compact, events");
        refused(
                calls.get("/nobody/output?run_id=1"),
                400,
                "Invalid run_id format, must be a valid UUID");
        final String id = calls.create();
        final String run = "00000000-0000-4000-8000-000000000001";
        refused(calls.get("/" + id + "/output?run_id=" + run), 404, "Run not found: " + run);
        assertThat(calls.get("/" + id + "/output").body())
                .isEqualTo(
                        "{\"session_id\":\""
                                + id
                                + "\",\"format\":\"transcript\",\"messages\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|Invalid request body",
                "[]|Invalid request body",
                "{\"task\":\"a\"} x|Invalid request body",
                "{\"task\":\"a\",\"task\":\"b\"}|Invalid request body",
                "{}|task: is required",
                "{\"task\":\"\"}|task: must be a string that is not empty",
                "{\"task\":1}|task: must be a string that is not empty",
                "{\"task\":\"a\",\"taks\":1}|taks: is no member of this request",
                "{\"task\":\"a\",\"repos\":[{}]}|repos[0].url: is required",
                "{\"task\":\"a\",\"repos\":{}}|repos: must be an array of at most 100",
                "{\"task\":\"a\",\"activeWorkflow\":{}}|activeWorkflow.gitUrl: is required",
                "{\"task\":\"a\",\"activeWorkflow\":{\"gitUrl\":\"u\"},\"active_workflow\":{\"git_url\":\"u\"}}|active_workflow: is given twice",
                "{\"task\":\"a\",\"activeWorkflow\":7}|activeWorkflow: must be an object",
                "{\"task\":\"a\",\"activeWorkflow\":{\"gitUrl\":\"u\",\"tag\":\"t\"}}|activeWorkflow.tag: is no member of this request",
                "{\"task\":\"a\",\"repos\":[{\"url\":\"u\",\"tag\":\"t\"}]}|repos[0].tag: is no member of this request",
                "{\"task\":\"a\",\"environmentVariables\":[]}|environmentVariables: must be an object of at most 1000",
                "{\"task\":\"a\",\"environmentVariables\":{\"1A\":\"b\"}}|environmentVariables: must have names [A-Za-z_][A-Za-z0-9_]{0,127} and strings as values",
                "{\"task\":\"a\",\"environmentVariables\":{\"A\":1}}|environmentVariables: must have names [A-Za-z_][A-Za-z0-9_]{0,127} and strings as values",
                "{\"task\":\"a\",\"driver\":\"x\"}|driver: must be one of: worker",
                "{\"task\":\"a\",\"id\":\"A_b\"}|id: must be a UUID, or a DNS label such as build-7 (at most 63 of a-z, 0-9 and -)"
            })
    void shouldRefuseABadSession(final String body, final String error) throws IOException {
        refused(calls.post("", body == null ? "" : body), 400, error);
    }

    @Test
    void shouldBoundWhatASessionIsCreatedWith() throws IOException {
        final String longName = "n".repeat(201);
        refused(
                calls.post("", "{\"task\":\"a\",\"display_name\":\"" + longName + "\"}"),
                400,
                "display_name: must have at most 200 characters");
        refused(
                calls.post("", "{\"task\":\"a\",\"" + longName + "\":1}"),
                400,
                "n".repeat(200) + ": is no member of this request");
        final String repo = "{\"url\":\"u\"}";
        final String repos = (repo + ",").repeat(100) + repo;
        refused(
                calls.post("", "{\"task\":\"a\",\"repos\":[" + repos + "]}"),
                400,
                "repos: must be an array of at most 100");
        final StringBuilder variables = new StringBuilder("\"A\":\"a\"");
        for (int i = 0; i < 1_000; i++) {
            variables.append(",\"A").append(i).append("\":\"\"");
        }
        refused(
                calls.post("", "{\"task\":\"a\",\"environment_variables\":{" + variables + "}}"),
                400,
                "environmentVariables: must be an object of at most 1000");
        assertThat(calls.post("", "{\"task\":\"a\",\"model\":null}").status())
                .as("null is as good as absent")
                .isEqualTo(201);
    }

    /** There are events about it, and then that it was deleted. */
    @Test
    void shouldDeleteASessionThatTheServerNeverMade() throws IOException {
        final String id = in("unknown");
        assertThat(calls.get("/" + id).status()).isEqualTo(200);
        assertThat(calls.delete("/" + id).status()).isEqualTo(204);
        refused(calls.get("/" + id), 404, "Session not found: " + id);
        refused(calls.delete("/" + id), 404, "Session not found: " + id);
        final String unknown = in("unknown");
        refused(calls.post("/" + unknown + "/claim", "{\"worker\":\"w\"}"), 409, UNKNOWN);
    }

    /** More than one step reads. */
    @Test
    void shouldAnswerWithAllThatASessionSaid() throws IOException {
        final String[] claimed = calls.createClaimed();
        final StringBuilder events =
                new StringBuilder("[{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}");
        for (int i = 1; i < 800; i++) {
            events.append(",{\"type\":\"RAW\",\"event\":").append(i).append('}');
        }
        assertThat(calls.agui(claimed[0], claimed[1], events + "]").status()).isEqualTo(200);
        final JsonNode output = json(calls.get("/" + claimed[0] + "/output?format=events"));
        assertThat(output.path("events")).hasSize(800);
        assertThat(output.path("events").get(799).path("event").asInt()).isEqualTo(799);
    }

    /** What would make a page too long comes on the next one. */
    @Test
    void shouldEndAPageOfSessionsThatIsLongAlready() throws IOException {
        final String driver = "?limit=1000&driver=worker";
        final int before = json(calls.get(driver)).path("total").asInt();
        final String task = "x".repeat(950_000);
        final java.util.List<String> created = new java.util.ArrayList<>();
        for (int i = 0; i < 19; i++) {
            created.add(json(calls.post("", "{\"task\":\"" + task + "\"}")).path("id").asString());
        }
        final JsonNode page = json(calls.get(driver));
        assertThat(page.path("total").asInt()).isEqualTo(before + 19);
        assertThat(page.path("items").size()).isBetween(17, 18);
        final JsonNode next =
                json(calls.get(driver + "&cursor=" + page.path("next_cursor").asString()));
        assertThat(page.path("items").size() + next.path("items").size()).isEqualTo(before + 19);
        for (final String id : created) {
            calls.delete("/" + id);
        }
    }

    @Test
    void shouldTakeTheCallersIdOnceAtATime() throws IOException {
        final String body = "{\"task\":\"a\",\"id\":\"build-7\"}";
        assertThat(json(calls.post("", body)).path("id").asString()).isEqualTo("build-7");
        refused(calls.post("", body), 409, "Session exists already: build-7");
        calls.delete("/build-7");
        assertThat(calls.post("", body).status()).as("it is free again").isEqualTo(201);
        assertThat(calls.status("build-7")).isEqualTo("pending");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "message|{}|content: is required",
                "message|{\"content\":\"\"}|content: must be a string that is not empty",
                "message|{\"content\":[]}|content: must be a string that is not empty",
                "runs|{}|messages: is required",
                "runs|{\"messages\":[]}|messages: must be an array of at least one message",
                "runs|{\"run_id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}|Invalid run_id format, must be a valid UUID"
            })
    void shouldRefuseABadRun(final String call, final String body, final String error)
            throws IOException {
        final String id = calls.createClaimed()[0];
        refused(calls.post("/" + id + "/" + call, body), 400, error);
        assertThat(calls.count(id, "run.requested")).isZero();
    }

    @Test
    void shouldRefuseMessagesWithoutRoleOrContent() throws IOException {
        final String id = calls.createClaimed()[0];
        for (final String message :
                List.of("{\"content\":\"a\"}", "{\"role\":\"user\"}", "{\"role\":\"x\"}", "1")) {
            final Answer answer =
                    calls.post("/" + id + "/runs", "{\"messages\":[" + message + "]}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(json(answer).path("error").asString()).startsWith("messages[0]");
        }
    }

    @Test
    void shouldAppendARunOnceAlsoWhenItIsAskedForTwice() throws IOException {
        final String id = calls.createClaimed()[0];
        final String run = "00000000-0000-4000-8000-0000000000aa";
        final String body = "{\"run_id\":\"" + run + "\"," + RUN.substring(1);
        for (int i = 0; i < 2; i++) {
            final Answer answer = calls.post("/" + id + "/runs", body);
            assertThat(answer.status()).as(answer.body()).isEqualTo(202);
            assertThat(answer.body())
                    .isEqualTo("{\"run_id\":\"" + run + "\",\"thread_id\":\"" + id + "\"}");
        }
        assertThat(calls.count(id, "run.requested")).isEqualTo(1);
        final JsonNode event =
                json(calls.connection().get("/events?type=run.requested&subject=session/" + id))
                        .path("events")
                        .get(0)
                        .path("event");
        assertThat(event.path("run_id").asString()).isEqualTo(run);
        assertThat(event.path("source").path("kind").asString()).isEqualTo("kernel_api");
        assertThat(event.path("data").path("threadId").asString()).isEqualTo(id);
        final JsonNode message = event.path("data").path("messages").get(0);
        assertThat(message.path("role").asString()).isEqualTo("user");
        assertThat(message.path("content").asString()).isEqualTo("hello");
        assertThat(Uuids.isUuid(message.path("id").asString())).isTrue();
    }

    @Test
    void shouldNotBelieveCallersWhoClaimAPhase() throws IOException {
        final String id = calls.create();
        for (final String type : List.of("session.running", "session.deleted")) {
            calls.connection()
                    .post("{\"type\":\"" + type + "\",\"subject\":\"session/" + id + "\"}");
        }
        assertThat(calls.status(id)).isEqualTo("pending");
        final Answer forged =
                calls.connection()
                        .post(
                                "{\"type\":\"session.running\",\"subject\":\"session/"
                                        + id
                                        + "\",\"source\":{\"kind\":\"kernel_api\"}}");
        assertThat(forged.status()).isEqualTo(400);
    }

    @Test
    void shouldDoTheCommandsOfAConnectionInTheirOrder() throws IOException {
        final String id = calls.createClaimed()[0];
        final HttpClient client = calls.connection();
        for (final String call : List.of("stop", "start", "stop", "start")) {
            client.send("POST", "/sessions/" + id + "/" + call, "", "");
        }
        for (int i = 0; i < 4; i++) {
            final Answer answer = client.answer();
            assertThat(answer.status()).as(i + ": " + answer.body()).isEqualTo(202);
        }
        assertThat(calls.status(id)).isEqualTo("pending");
        assertThat(calls.count(id, "session.starting")).isEqualTo(2);
    }

    @Test
    void shouldSayThatItHasNoSessionsWithoutAnIndex() throws IOException {
        try (WeftServer plain =
                        WeftServer.start(directory.resolve("plain"), Map.of("index", "off"));
                SessionCalls other = new SessionCalls(plain.address())) {
            assertThat(other.post("", "{\"task\":\"a\"}").status()).isEqualTo(501);
            assertThat(other.get("").status()).isEqualTo(501);
        }
    }
}
