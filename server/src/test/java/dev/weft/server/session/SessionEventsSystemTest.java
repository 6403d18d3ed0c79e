package dev.weft.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.server.RunningServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import dev.weft.server.record.Uuids;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class SessionEventsSystemTest {
    private static final String SESSION = "123e4567-e89b-12d3-a456-426614174000";
    private static final String BAD_SINCE =
            "Invalid datetime format for 'since' parameter. Expected ISO 8601 format (e.g., 2026-01-13T14:30:00Z)";
    private static final String ORIGIN = "https://app.example";

    @RegisterExtension
    private static final RunningServer SERVER = new RunningServer(Map.of("cors-origins", ORIGIN));

    private static int sessions;
    private HttpClient client;

    @BeforeEach
    void connect() throws IOException {
        client = SERVER.client();
    }

    /** A session that nothing is about yet. */
    private static String newSession() {
        sessions++;
        return String.format("00000000-0000-4000-8000-%012d", sessions);
    }

    private long publish(final String session, final String more) throws IOException {
        final Answer answer = client.post("{\"subject\":\"session/" + session + "\"," + more + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.number("ts");
    }

    private Answer get(final String session, final String query) throws IOException {
        return client.get("/api/v2/sessions/" + session + "/events" + query);
    }

    private JsonNode page(final String session, final String query) throws IOException {
        final Answer answer = get(session, query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "application/json");
        return json(answer);
    }

    private void assertRefused(final int status, final String detail, final Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer).path("detail").asString()).isEqualTo(detail);
        assertThat(json(answer).path("error").asString()).isEqualTo(detail);
    }

    private static JsonNode json(final Answer answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static String encoded(final String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static List<String> messages(final JsonNode page) {
        final List<String> messages = new ArrayList<>();
        page.path("items").forEach(item -> messages.add(item.path("message").asString()));
        return messages;
    }

    @Test
    void shouldShowAnEventAsAnItem() throws IOException {
        final String session = newSession();
        final long timestampUs =
                publish(
                        session,
                        "\"type\":\"workflow_error\",\"id\":\"A1B2C3D4-E5F6-7890-ABCD-EF1234567890\","
                                + "\"step_id\":\"B1B2C3D4-E5F6-7890-ABCD-EF1234567890\","
                                + "\"occurred_at\":\"2020-01-01T00:00:00Z\",\"source\":{\"kind\":\"cdp\","
                                + "\"metadata\":{\"message\":\"not this\"}},"
                                + "\"message\":\"a \\\"quoted\\\" line\\nand ünï \\ud83d\\ude00\","
                                + "\"data\":{\"n\": 1.50,\"deep\":{\"message\":[1]}}");
        final String body = get(session, "").body();
        final JsonNode page = JsonMapper.shared().readTree(body);
        final JsonNode item = page.path("items").get(0);
        assertThat(page.propertyNames()).containsExactly("items", "pagination");
        assertThat(item.propertyNames())
                .containsExactly(
                        "id",
                        "session_id",
                        "step_id",
                        "event_type",
                        "event_data",
                        "message",
                        "timestamp");
        assertThat(item.path("id").asString()).isEqualTo("a1b2c3d4-e5f6-7890-abcd-ef1234567890");
        assertThat(item.path("session_id").asString()).isEqualTo(session);
        assertThat(item.path("step_id").asString())
                .isEqualTo("b1b2c3d4-e5f6-7890-abcd-ef1234567890");
        assertThat(item.path("event_type").asString()).isEqualTo("workflow_error");
        assertThat(body).contains("\"event_data\":{\"n\":1.50,\"deep\":{\"message\":[1]}}");
        assertThat(item.path("message").asString()).isEqualTo("a \"quoted\" line\nand ünï 😀");
        final String timestamp = item.path("timestamp").asString();
        assertThat(timestamp).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(
                        java.time.temporal.ChronoUnit.MICROS.between(
                                java.time.Instant.EPOCH, java.time.Instant.parse(timestamp)))
                .as("the time of the append")
                .isEqualTo(timestampUs);
    }

    @Test
    void shouldShowAllMembersOfAnEventThatHasFew() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"session_created\",\"id\":\"build-7\",\"step_id\":\"compile\"");
        publish(session, "\"type\":\"b\",\"data\":[1,2]");
        publish(session, "\"type\":\"c\",\"data\":null");
        final JsonNode items = page(session, "").path("items");
        assertThat(items.get(0).path("event_data").toString()).isEqualTo("{\"value\":null}");
        assertThat(items.get(1).path("event_data").toString()).isEqualTo("{\"value\":[1,2]}");
        assertThat(items.get(1).path("step_id").isNull()).isTrue();
        assertThat(items.get(1).path("message").isNull()).isTrue();
        assertThat(Uuids.isUuid(items.get(1).path("id").asString())).isTrue();
        assertThat(items.get(2).path("event_data").toString()).isEqualTo("{}");
        assertThat(items.get(2).path("id").asString())
                .as("version 5 of weft:build-7 among URLs")
                .isEqualTo(Uuids.of("build-7"));
        assertThat(items.get(2).path("step_id").asString()).isEqualTo(Uuids.of("compile"));
    }

    @Test
    void shouldPageThroughASessionNewestFirst() throws IOException {
        final String session = newSession();
        final String other = newSession();
        for (int i = 1; i <= 45; i++) {
            publish(session, "\"type\":\"a\",\"message\":\"" + i + "\"");
            publish(other, "\"type\":\"a\",\"message\":\"of another one\"");
        }
        final List<String> all = new ArrayList<>();
        for (int page = 1; page <= 3; page++) {
            final JsonNode answer = page(session, "?page=" + page);
            all.addAll(messages(answer));
            final JsonNode pagination = answer.path("pagination");
            assertThat(pagination.toString())
                    .isEqualTo(
                            "{\"page\":"
                                    + page
                                    + ",\"per_page\":20,\"total\":45,\"total_pages\":3,\"has_next\":"
                                    + (page < 3)
                                    + ",\"has_prev\":"
                                    + (page > 1)
                                    + "}");
        }
        final List<String> expected = new ArrayList<>();
        for (int i = 45; i >= 1; i--) {
            expected.add(Integer.toString(i));
        }
        assertThat(all).isEqualTo(expected);
        assertThat(messages(page(session, "?page=1&per_page=100"))).isEqualTo(expected);
        assertThat(messages(page(session, "?per_page=1&page=45"))).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "1000000000", "99999999999999", "9223372036854775807"})
    void shouldAnswerAPageBehindTheLastOneWithNothing(final String number) throws IOException {
        final String session = newSession();
        for (int i = 0; i < 3; i++) {
            publish(session, "\"type\":\"a\"");
        }
        final JsonNode page = page(session, "?per_page=1&page=" + number);
        assertThat(page.path("items")).isEmpty();
        assertThat(page(session, "?per_page=100&page=" + number).path("items")).isEmpty();
        assertThat(page.path("pagination").toString())
                .isEqualTo(
                        "{\"page\":"
                                + number
                                + ",\"per_page\":1,\"total\":3,\"total_pages\":3,\"has_next\":false,\"has_prev\":true}");
    }

    @Test
    void shouldAnswerNothingWhenNothingMatches() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"a\"");
        for (final String query :
                List.of("?event_type=workflow_error", "?since=2099-01-01T00:00:00Z")) {
            final JsonNode page = page(session, query);
            assertThat(page.path("items")).isEmpty();
            assertThat(page.path("pagination").path("total").asInt()).isZero();
            assertThat(page.path("pagination").path("total_pages").asInt()).isZero();
            assertThat(page.path("pagination").path("has_next").asBoolean()).isFalse();
        }
    }

    @Test
    void shouldCombineItsFilters() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"status_changed\",\"message\":\"1\"");
        publish(session, "\"type\":\"workflow_error\",\"message\":\"2\"");
        final String since = page(session, "").path("items").get(0).path("timestamp").asString();
        publish(session, "\"type\":\"status_changed\",\"message\":\"3\"");
        publish(session, "\"type\":\"workflow_error\",\"message\":\"4\"");
        publish(session, "\"type\":\"workflow_errors\",\"message\":\"5\"");
        assertThat(messages(page(session, "?event_type=workflow_error"))).containsExactly("4", "2");
        assertThat(messages(page(session, "?since=" + since)))
                .as("exclusive")
                .containsExactly("5", "4", "3");
        assertThat(messages(page(session, "?event_type=workflow_error&since=" + since)))
                .containsExactly("4");
        assertThat(messages(page(session, "?event_type=status_changed&per_page=1&page=2")))
                .containsExactly("1");
    }

    static List<String> acceptedTimes() {
        return List.of(
                "2026-01-13T14:30:00Z",
                "2026-01-13T14:30:00+00:00",
                "2026-01-13T14:30:00.123456Z",
                "2026-01-13T14:30:00.123456+00:00",
                "2026-01-13T14:30:00.1Z",
                "2026-01-13T14:30:00.123Z",
                "2026-01-13T14:30:00.123456789Z",
                "2026-01-13T14:30:00,5Z",
                "2026-01-13T14:30Z",
                "2026-01-13t14:30:00z",
                "2026-01-13 14:30:00Z",
                "2026-01-13T16:30:00+02:00",
                "2026-01-13T09:00:00-05:30",
                "2026-01-13T14:30:00+0000",
                "2026-01-13T14:30:00+00",
                "2026-01-13T14:30:00-00:00",
                "20260113T143000Z",
                "1970-01-01T00:00:00Z",
                "1969-12-31T23:59:59Z",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z",
                "2024-02-29T00:00:00Z");
    }

    @ParameterizedTest
    @MethodSource("acceptedTimes")
    void shouldTakeEveryFormOfTime(final String time) throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"a\"");
        final int expected = time.startsWith("9999") ? 0 : 1;
        assertThat(page(session, "?since=" + encoded(time)).path("items")).hasSize(expected);
        // As a shell or a page sends it that encodes nothing.
        assertThat(page(session, "?since=" + time.replace(" ", "%20")).path("items"))
                .hasSize(expected);
    }

    static List<String> malformedTimes() {
        return List.of(
                "",
                " ",
                "null",
                "undefined",
                "yesterday",
                "now",
                "5m",
                "2h30m",
                "0",
                "-1",
                "1768314600",
                "1768314600000",
                "1768314600000000",
                "1768314600.5",
                "2026",
                "2026-01",
                "2026-01-13",
                "14:30:00Z",
                "T14:30:00Z",
                "2026-01-13T",
                "2026-01-13T14Z",
                "2026-01-13T14:30:00",
                "2026-01-13T14:30:00.123456",
                "2026-01-13T14:30:00.Z",
                "2026-01-13T14:30:00.1234567890Z",
                "2026-01-13T14:30:60Z",
                "2026-01-13T14:60:00Z",
                "2026-01-13T24:00:00Z",
                "2026-01-13T25:00:00Z",
                "2026-01-32T14:30:00Z",
                "2026-02-29T14:30:00Z",
                "2026-00-13T14:30:00Z",
                "2026-13-13T14:30:00Z",
                "2026-01-00T14:30:00Z",
                "26-01-13T14:30:00Z",
                "12026-01-13T14:30:00Z",
                "-2026-01-13T14:30:00Z",
                "2026/01/13T14:30:00Z",
                "13.01.2026 14:30:00Z",
                "2026-1-13T14:30:00Z",
                "2026-01-13T4:30:00Z",
                "2026-01-13T14:30:00ZZ",
                "2026-01-13T14:30:00Zx",
                " 2026-01-13T14:30:00Z",
                "2026-01-13T14:30:00Z ",
                "2026-01-13T14:30:00+25:00",
                "2026-01-13T14:30:00+00:60",
                "2026-01-13T14:30:00+1",
                "2026-01-13T14:30:00++00:00",
                "2026-01-13T14:30:00 UTC",
                "2026-01-13T14:30:00[UTC]",
                "Tue, 13 Jan 2026 14:30:00 GMT",
                "2026-W03-2T14:30:00Z",
                "٢٠٢٦-٠١-١٣T١٤:٣٠:٠٠Z",
                "2026-01-13T14:30:00\u0000Z",
                "2026-01-13T14:30:00Z' OR '1'='1",
                "2026-01-13T14:30:00" + "0".repeat(500) + "Z");
    }

    @ParameterizedTest
    @MethodSource("malformedTimes")
    void shouldRefuseAMalformedTime(final String time) throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"a\"");
        assertRefused(400, BAD_SINCE, get(session, "?since=" + encoded(time)));
    }

    @Test
    void shouldKnowManyMalformedTimes() {
        assertThat(malformedTimes()).hasSizeGreaterThanOrEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "1000000000", "text", "", "1.5", "%2B5", "١"})
    void shouldRefuseAPageOfAnotherSize(final String size) throws IOException {
        assertRefused(
                400,
                "per_page must be between 1 and 100",
                get(newSession(), "?per_page=" + (size.equals("١") ? encoded(size) : size)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "text", "", "1.5", "99999999999999999999"})
    void shouldRefuseAPageThatCannotBe(final String page) throws IOException {
        assertRefused(400, "page must be at least 1", get(newSession(), "?page=" + page));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Workflow", "step.started", "a-b", "a1", "a b", "TOO_LONG"})
    void shouldRefuseAnEventTypeOfAnotherForm(final String type) throws IOException {
        final String asked = type.equals("TOO_LONG") ? "a".repeat(101) : encoded(type);
        assertRefused(
                400,
                "event_type must match pattern: ^[a-z_]+$",
                get(newSession(), "?event_type=" + asked));
    }

    @Test
    void shouldNotKnowASessionOfWhichThereIsNothing() throws IOException {
        final String session = newSession();
        assertRefused(404, "Session not found: " + session, get(session, ""));
        assertRefused(404, "Session not found: " + session, get(session, "?page=7&per_page=3"));
        publish(session, "\"type\":\"a\"");
        assertThat(page(session, "").path("items")).as("there at once").hasSize(1);
        assertRefused(404, "Session not found: unknown", get("unknown", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Not-A-Label",
                "a_b",
                "-a",
                "a-",
                "a.b",
                "123e4567-e89b-12d3-a456-42661417400g%20",
                "a%00b",
                "..",
                "%F0%9F%98%80"
            })
    void shouldRefuseWhatCanBeNoSession(final String id) throws IOException {
        final Answer answer = get(id, "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\":");
    }

    @Test
    void shouldRefuseUnknownAndRepeatedParameters() throws IOException {
        assertThat(get(SESSION, "?limit=5").status()).isEqualTo(400);
        assertThat(get(SESSION, "?page=1&page=2").status()).isEqualTo(400);
        assertThat(client.post("/sessions/" + SESSION + "/events", "{}", "").status())
                .isEqualTo(405);
    }

    @Test
    void shouldAnswerUnderAllItsNames() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"a\"");
        final String expected = get(session, "").body();
        for (final String path :
                List.of(
                        "/sessions/" + session + "/events",
                        "/v1/sessions/" + session + "/events",
                        "/api/v2/sessions/" + session + "/events/")) {
            assertThat(client.get(path).body()).as(path).isEqualTo(expected);
        }
    }

    @Test
    void shouldFindAUuidInLettersOfAnyCaseAndALabel() throws IOException {
        final String small = "abcdef00-0000-4000-8000-00000000abcd";
        final String large = "ABCDEF00-0000-4000-8000-00000000ABCD";
        publish(small, "\"type\":\"a\",\"message\":\"small\"");
        publish(large, "\"type\":\"a\",\"message\":\"large\"");
        publish("build-7", "\"type\":\"a\"");
        assertThat(messages(page(small, ""))).containsExactly("small");
        final JsonNode both = page(large, "");
        assertThat(messages(both)).containsExactly("large", "small");
        assertThat(both.path("items").get(0).path("session_id").asString()).isEqualTo(small);
        assertThat(page("build-7", "").path("items").get(0).path("session_id").asString())
                .isEqualTo("build-7");
    }

    @Test
    void shouldRefuseAPageThatWouldBeTooLong() throws IOException {
        final String session = newSession();
        final String data = "\"type\":\"a\",\"data\":\"" + "x".repeat(900_000) + "\"";
        for (int i = 0; i < 20; i++) {
            publish(session, data);
        }
        final Answer answer = get(session, "?per_page=100");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("detail").asString()).contains("ask for fewer events");
        assertThat(page(session, "?per_page=10").path("items")).hasSize(10);
    }

    @Test
    void shouldStreamASessionUnderTheSameName() throws IOException {
        final String session = newSession();
        final String path = "/api/v2/sessions/" + session + "/events";
        assertThatThrownBy(() -> SERVER.subscribe(path).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("404");
        publish(session, "\"type\":\"before\"");
        final String since = page(session, "").path("items").get(0).path("timestamp").asString();
        try (SseClient live = SERVER.subscribe(path);
                SseClient errors = SERVER.subscribe(path + "?event_type=workflow_error");
                SseClient later = SERVER.subscribe(path + "?since=2026-01-01T00:00:00Z");
                SseClient resumed = SERVER.subscribe(path + "?since=" + since)) {
            publish(newSession(), "\"type\":\"of_another\"");
            publish(session, "\"type\":\"status_changed\"");
            publish(session, "\"type\":\"workflow_error\"");
            assertThat(live.next().type()).isEqualTo("status_changed");
            assertThat(live.next().type()).isEqualTo("workflow_error");
            assertThat(errors.next().type()).isEqualTo("workflow_error");
            assertThat(later.next().type()).isEqualTo("before");
            assertThat(later.next().type()).isEqualTo("status_changed");
            assertThat(resumed.next().type()).isEqualTo("status_changed");
        }
    }

    @Test
    void shouldResumeAStreamWhereItEnded() throws IOException {
        final String session = newSession();
        final String path = "/sessions/" + session + "/events";
        publish(session, "\"type\":\"first\"");
        final String id;
        try (SseClient stream = new SseClient(SERVER.address(), path, "0")) {
            id = stream.next().id();
        }
        publish(session, "\"type\":\"second\"");
        try (SseClient stream = new SseClient(SERVER.address(), path, id)) {
            assertThat(stream.next().type()).isEqualTo("second");
        }
        client.send("GET", path + "?since=5m", "", "Accept: text/event-stream\r\n");
        assertRefused(400, BAD_SINCE, client.answer());
    }

    @Test
    void shouldSendAPageToWhoPrefersOne() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"first\"");
        final Answer page =
                client.answerOf(
                        "/sessions/" + session + "/events",
                        "Accept: text/event-stream;q=0.5, application/json\r\n");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers().get("content-type")).startsWith("application/json");
    }

    @Test
    void shouldLetPagesOfListedOriginsRead() throws IOException {
        final String session = newSession();
        publish(session, "\"type\":\"a\"");
        client.send(
                "GET", "/api/v2/sessions/" + session + "/events", "", "Origin: " + ORIGIN + "\r\n");
        assertThat(client.answer().headers()).containsEntry("access-control-allow-origin", ORIGIN);
        client.send(
                "OPTIONS",
                "/api/v2/sessions/" + session + "/events",
                "",
                "Origin: "
                        + ORIGIN
                        + "\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: x-api-key\r\n");
        final Answer preflight = client.answer();
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers().get("access-control-allow-headers")).contains("X-API-Key");
    }
}
