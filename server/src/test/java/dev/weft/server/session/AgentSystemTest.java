package dev.weft.server.session;

import static dev.weft.server.session.SessionCalls.json;
import static dev.weft.server.session.SessionCalls.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.RunningServer;
import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import tools.jackson.databind.json.JsonMapper;

/** A session called as an agent of AG-UI: its run is asked for and read in one request. */
@Timeout(60)
class AgentSystemTest {
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    private static final RunningServer SERVER =
            new RunningServer(Map.of("agui-order", "strict", "session-lease", "1m"));

    private SessionCalls calls;

    @BeforeEach
    void connect() throws IOException {
        calls = new SessionCalls(SERVER.client());
    }

    private static String input(final String runId) {
        return "{\"runId\":\""
                + runId
                + "\",\"messages\":[{\"id\":\"1\",\"role\":\"user\",\"content\":\"hi\"}]}";
    }

    private static SseClient ask(final InetSocketAddress of, final String id, final String runId)
            throws IOException {
        return SseClient.post(of, "/v1/sessions/" + id + "/agent", input(runId));
    }

    private static SseClient ask(final String id, final String runId) throws IOException {
        return ask(SERVER.address(), id, runId);
    }

    /** An event of AG-UI, its members behind the type given in single quotes. */
    private static String event(final String type, final String more) {
        return ("{'type':'" + type + "'" + (more.isEmpty() ? "" : "," + more) + "}")
                .replace('\'', '"');
    }

    private static String begin(final String id, final String runId) {
        return event("RUN_STARTED", "'threadId':'" + id + "','runId':'" + runId + "'");
    }

    private static String end(final String id, final String runId) {
        return event("RUN_FINISHED", "'threadId':'" + id + "','runId':'" + runId + "'");
    }

    private void publish(final String id, final String lease, final String... events)
            throws IOException {
        final Answer answer = calls.agui(id, lease, "[" + String.join(",", events) + "]");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static JsonNode tree(final SseClient.Frame frame) {
        return JsonMapper.shared().readTree(frame.data());
    }

    /** Types of all that comes up to the end. */
    private static List<String> types(final SseClient stream) throws IOException {
        final List<String> types = new ArrayList<>();
        for (SseClient.Frame frame = stream.nextOrEnd();
                frame != null;
                frame = stream.nextOrEnd()) {
            assertThat(frame.event()).isEmpty();
            types.add(tree(frame).path("type").asString());
        }
        return types;
    }

    private void awaitCount(final String id, final String type, final long count) {
        await().atMost(PATIENCE).until(() -> calls.count(id, type) == count);
    }

    private Answer post(final String id, final String query, final String body) throws IOException {
        return calls.connection().post("/v1/sessions/" + id + "/agent" + query, body, JSON);
    }

    @Test
    void shouldSendTheEventsOfItsRunAloneAndEndWithIt() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        try (SseClient mine = ask(id, "mine");
                SseClient other = ask(id, "other")) {
            awaitCount(id, "run.requested", 2);
            publish(
                    id,
                    claimed[1],
                    begin(id, "mine"),
                    event("TEXT_MESSAGE_START", "'messageId':'m','role':'assistant'"),
                    event("TEXT_MESSAGE_CONTENT", "'messageId':'m','delta':'Hé','more':1.50"));
            final SseClient.Frame first = mine.next();
            assertThat(first.event()).isEmpty();
            assertThat(first.id()).as("of the event in the journal").matches("[1-9][0-9]*");
            assertThat(first.data()).isEqualTo(begin(id, "mine"));
            assertThat(tree(mine.next()).path("type").asString()).isEqualTo("TEXT_MESSAGE_START");
            assertThat(mine.next().data()).contains("\"more\":1.50,\"threadId\":\"" + id);
            calls.connection() // what is no event of AG-UI, and what is of no run
                    .post(
                            "{\"type\":\"log\",\"run_id\":\"mine\",\"subject\":\"session/"
                                    + id
                                    + "\"}");
            calls.connection().post("{\"type\":\"RUN_ERROR\",\"subject\":\"session/" + id + "\"}");
            publish(
                    id,
                    claimed[1],
                    event("TEXT_MESSAGE_END", "'messageId':'m'"),
                    end(id, "mine"),
                    begin(id, "other"),
                    event("STEP_STARTED", "'stepName':'s'"),
                    event("STEP_FINISHED", "'stepName':'s'"),
                    end(id, "other"));
            assertThat(types(mine)).containsExactly("TEXT_MESSAGE_END", "RUN_FINISHED");
            assertThat(types(other))
                    .containsExactly(
                            "RUN_STARTED", "STEP_STARTED", "STEP_FINISHED", "RUN_FINISHED");
            assertThat(mine.connection().socket().getInputStream().read())
                    .as("the connection ends with the run")
                    .isEqualTo(-1);
        }
    }

    @Test
    void shouldAskWithAllThatTheInputSays() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String body =
                "{'threadId':'%s','runId':'r 1','messages':[],'tools':[],'context':[],'state':{'n':1.50},'x':'é'}"
                        .formatted(claimed[0])
                        .replace('\'', '"');
        try (SseClient stream =
                SseClient.post(SERVER.address(), "/sessions/" + claimed[0] + "/agent", body)) {
            awaitCount(claimed[0], "run.requested", 1);
            final Answer page =
                    calls.connection()
                            .get("/events?subject=session/" + claimed[0] + "&type=run.requested");
            final JsonNode event = json(page).path("events").get(0).path("event");
            assertThat(event.path("run_id").asString()).isEqualTo("r 1");
            assertThat(event.path("source").path("kind").asString()).isEqualTo("kernel_api");
            assertThat(page.body()).contains("\"n\":1.50", "\"x\":\"é\"", "\"forwardedProps\":{}");
            assertThat(stream.connection().socket().isClosed()).isFalse();
        }
    }

    @Test
    void shouldWaitForAWorkerThatTakesTheSession() throws IOException {
        final String id = calls.create();
        try (SseClient stream = ask(id, "early")) {
            assertThat(calls.status(id)).isEqualTo("pending");
            awaitCount(id, "run.requested", 1);
            publish(id, calls.claim(id), begin(id, "early"), end(id, "early"));
            assertThat(types(stream)).containsExactly("RUN_STARTED", "RUN_FINISHED");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"r", "a long one: äöü "})
    void shouldReadARunAgainThatIsAskedForAgain(final String name) throws IOException {
        final String runId = name.repeat(name.length() == 1 ? 1 : 7); // longer than a UUID
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        try (SseClient first = ask(id, runId)) {
            publish(id, claimed[1], begin(id, runId));
            first.next();
            try (SseClient second = ask(id, runId)) {
                publish(id, claimed[1], end(id, runId));
                assertThat(types(second)).containsExactly("RUN_STARTED", "RUN_FINISHED");
            }
            assertThat(types(first)).containsExactly("RUN_FINISHED");
        }
        assertThat(
                        calls.post(
                                        "/" + id + "/lease",
                                        "{\"lease_id\":\""
                                                + claimed[1]
                                                + "\",\"status\":\"completed\"}")
                                .status())
                .isEqualTo(200);
        try (SseClient late = ask(id, runId)) {
            assertThat(types(late))
                    .as("also when the session has ended")
                    .containsExactly("RUN_STARTED", "RUN_FINISHED");
        }
        assertThat(calls.count(id, "run.requested")).isEqualTo(1);
    }

    /** What a stranger publishes asks for nothing, and so cannot be what was asked for. */
    @Test
    void shouldAskAlthoughAStrangerSaysThatItWasAsked() throws IOException {
        final String id = calls.create();
        calls.connection()
                .post(
                        "{\"type\":\"run.requested\",\"run_id\":\"r\",\"subject\":\"session/"
                                + id
                                + "\"}");
        try (SseClient stream = ask(id, "r")) {
            awaitCount(id, "run.requested", 2);
            assertThat(stream.connection().socket().isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'messages':[{'id':'1','role':'user'}]} | messages[0].content: is required
                    {'runId':'r'} | messages: is required
                    {'threadId':'elsewhere','messages':[]} | threadId: must be the id of the session, agent-bad, or absent: it is "elsewhere"
                    {'runId':7,'messages':[]} | runId: must be a string of 1 to 128 characters
                    [] | Invalid request body: must be one JSON object
                    """)
    void shouldRefuseABadInputAndNameTheMember(final String body, final String error)
            throws IOException {
        calls.post("", "{\"task\":\"t\",\"id\":\"agent-bad\"}");
        refused(post("agent-bad", "", body.replace('\'', '"')), 400, error);
        assertThat(calls.count("agent-bad", "run.requested")).isZero();
    }

    @Test
    void shouldRefuseWhatIsNoSessionOrDoesNotRunAndGoOnWithTheConnection() throws IOException {
        refused(post("nowhere", "", input("r")), 404, "Session not found: nowhere");
        refused(post("No!", "", input("r")), 400, "Invalid session ID");
        final String[] claimed = calls.createClaimed();
        assertThat(post(claimed[0], "?last=1", input("r")).status()).isEqualTo(400);
        calls.post(
                "/" + claimed[0] + "/lease",
                "{\"lease_id\":\"" + claimed[1] + "\",\"status\":\"stopped\"}");
        refused(post(claimed[0], "", input("r")), 422, "Session is not in a running state");
        calls.connection().post("{\"type\":\"x\",\"subject\":\"session/strangers\"}");
        refused(post("strangers", "", input("r")), 422, "Session is not in a running state");
        assertThat(calls.connection().get("/health").status()).isEqualTo(200);
    }

    @Test
    void shouldGoOnWhenItsReaderGoesAway() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        final SseClient gone = ask(id, "r");
        publish(id, claimed[1], begin(id, "r"));
        gone.next();
        gone.close();
        await().atMost(PATIENCE)
                .until(
                        () ->
                                !calls.connection()
                                        .get("/subscribers")
                                        .body()
                                        .contains("session/" + id));
        publish(id, claimed[1], end(id, "r"));
        try (SseClient again = ask(id, "r")) {
            assertThat(types(again)).containsExactly("RUN_STARTED", "RUN_FINISHED");
        }
    }

    @Test
    void shouldEndRunsThatAreOpenWhenTheirSessionEnds() throws IOException {
        for (final String how : List.of("completed", "failed", "stopped", "delete", "stop")) {
            final String id = calls.create();
            final String lease = how.equals("stop") ? "" : calls.claim(id);
            try (SseClient begun = ask(id, "begun");
                    SseClient asked = ask(id, "asked")) {
                awaitCount(id, "run.requested", 2);
                if (!lease.isEmpty()) {
                    publish(id, lease, begin(id, "begun"));
                    begun.next();
                }
                final int status = end(id, lease, how);
                assertThat(status).as(how).isIn(200, 202, 204);
                for (final SseClient stream : List.of(begun, asked)) {
                    final JsonNode last = tree(stream.next());
                    assertThat(last.path("type").asString()).as(how).isEqualTo("RUN_ERROR");
                    assertThat(last.path("code").asString()).isEqualTo("SESSION_ENDED");
                    assertThat(last.path("threadId").asString()).isEqualTo(id);
                    assertThat(last.path("message").asString()).startsWith("the session ");
                    assertThat(stream.nextOrEnd()).isNull();
                }
            }
            assertThat(calls.count(id, "RUN_ERROR")).as(how).isEqualTo(2);
        }
    }

    private int end(final String id, final String lease, final String how) throws IOException {
        return switch (how) {
            case "delete" -> calls.delete("/" + id).status();
            case "stop" -> calls.post("/" + id + "/stop", "").status();
            default ->
                    calls.post(
                                    "/" + id + "/lease",
                                    "{\"lease_id\":\""
                                            + lease
                                            + "\",\"status\":\""
                                            + how
                                            + "\""
                                            + (how.equals("failed") ? ",\"error\":\"e\"" : "")
                                            + "}")
                            .status();
        };
    }

    /** A run that goes on while the session is told to end has one end, whoever is first. */
    @Test
    void shouldNotEndARunAgainThatHasEnded() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        try (SseClient done = ask(id, "done");
                SseClient failed = ask(id, "failed")) {
            publish(
                    id,
                    claimed[1],
                    begin(id, "done"),
                    end(id, "done"),
                    begin(id, "failed"),
                    event("RUN_ERROR", "'runId':'failed','message':'m'"));
            types(done);
            types(failed);
        }
        end(id, claimed[1], "completed");
        assertThat(calls.count(id, "RUN_ERROR")).isEqualTo(1);
    }

    @Test
    void shouldSayWhichRunAnInterruptIsFor() throws IOException {
        final String[] claimed = calls.createClaimed();
        final String id = claimed[0];
        interrupt(id);
        assertThat(interrupted(id).has("run_id")).as("nothing runs").isFalse();
        try (SseClient first = ask(id, "first");
                SseClient second = ask(id, "second")) {
            awaitCount(id, "run.requested", 2);
            interrupt(id);
            assertThat(interrupted(id).path("run_id").asString())
                    .as("the next one")
                    .isEqualTo("first");
            publish(id, claimed[1], begin(id, "first"));
            interrupt(id);
            assertThat(interrupted(id).path("run_id").asString()).isEqualTo("first");
            publish(id, claimed[1], end(id, "first"), begin(id, "second"));
            interrupt(id);
            assertThat(interrupted(id).path("run_id").asString()).isEqualTo("second");
            publish(id, claimed[1], end(id, "second"));
            types(first);
            types(second);
        }
        interrupt(id);
        assertThat(interrupted(id).has("run_id")).isFalse();
    }

    private void interrupt(final String id) throws IOException {
        assertThat(calls.post("/" + id + "/interrupt", "").status()).isEqualTo(200);
    }

    /** The newest one. */
    private JsonNode interrupted(final String id) throws IOException {
        return json(calls.connection()
                        .get("/events?type=session.interrupted&limit=1&subject=session/" + id))
                .path("events")
                .get(0)
                .path("event");
    }

    @Test
    void shouldTellReadersThatTheServerStops(@TempDir final Path own) throws IOException {
        final WeftServer stopping = WeftServer.start(own);
        final String id;
        try (SessionCalls its = new SessionCalls(stopping.address())) {
            id = its.create();
        }
        try (SseClient stream = ask(stopping.address(), id, "r")) {
            stopping.close();
            final JsonNode last = tree(stream.next());
            assertThat(last.path("type").asString()).isEqualTo("RUN_ERROR");
            assertThat(last.path("code").asString()).isEqualTo("WEFT_STOPS");
            assertThat(stream.nextOrEnd()).isNull();
        }
        try (WeftServer next = WeftServer.start(own);
                SessionCalls its = new SessionCalls(next.address());
                SseClient stream = ask(next.address(), id, "r")) {
            its.agui(id, its.claim(id), "[" + begin(id, "r") + "," + end(id, "r") + "]");
            assertThat(types(stream)).as("the run waited").hasSize(2);
            assertThat(its.count(id, "run.requested")).isEqualTo(1);
        }
    }

    @Test
    void shouldAskForNothingWhenNoMoreReadersAreTaken(@TempDir final Path own) throws IOException {
        try (WeftServer full = WeftServer.start(own, Map.of("subscribers-max", "1"));
                SessionCalls its = new SessionCalls(full.address());
                SseClient only = full.subscribe("/events/stream")) {
            final String id = its.create();
            final Answer answer =
                    its.connection().post("/sessions/" + id + "/agent", input("r"), JSON);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.headers()).containsKey("retry-after");
            assertThat(its.count(id, "run.requested")).isZero();
            assertThat(only.connection().socket().isClosed()).isFalse();
        }
    }
}
