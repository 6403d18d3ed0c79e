package dev.weft.server.ingest;

import static dev.weft.server.ingest.TestPublishing.chunked;
import static dev.weft.server.ingest.TestPublishing.post;
import static dev.weft.server.ingest.TestPublishing.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.RawClient;
import dev.weft.server.http.connection.RawClient.Answer;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.journal.Journal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@OnEachTransport
class PublishSystemTest {
    private static final String EVENT = "{\"type\":\"t\",\"id\":\"a\"}";
    private static final String TYPES_415 =
            "Content-Type must be application/json, or application/x-ndjson for one event per line, in UTF-8";

    private TestPublishing server;
    private RawClient client;

    PublishSystemTest(final Transport transport) {
        server = new TestPublishing(Transports.assumed(transport));
    }

    @BeforeEach
    void connect() throws IOException {
        client = server.connect();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void shouldAnswerOneEventWithItsEnvelopeWhichIsAlsoWhatIsStreamed() throws IOException {
        final Answer answer =
                ask(
                        post(
                                "",
                                "{\"type\":\"step.started\",\"id\":\"i\\\"1\",\"data\":{\"n\": [1, 2]}}"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"seq\":1,\"event\":{\"id\":\"i\\\"1\",\"ts\":1763631234567890,\"type\":\"step.started\","
                                + "\"category\":\"system\",\"data\":{\"n\":[1,2]}}}");
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("weft-seq")).isEqualTo("1");
        assertThat(answer.header("weft-durability")).isEqualTo("journaled");
        assertThat(answer.headers()).doesNotContainKey("weft-duplicate");
        assertThat(server.events()).containsExactly(answer.body());
    }

    @Test
    void shouldAnswerEachOfManyPipelinedEvents() throws IOException {
        final StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            requests.append(post("", "{\"type\":\"t\",\"data\":" + i + "}"));
        }
        client.send(requests.toString());
        for (int i = 0; i < 200; i++) {
            final Answer answer = client.answer();
            assertThat(answer.header("weft-seq")).isEqualTo(String.valueOf(i + 1));
            assertThat(answer.body())
                    .startsWith("{\"seq\":" + (i + 1) + ",")
                    .endsWith("\"data\":" + i + "}}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return=minimal",
                "respond-async, return=minimal",
                "Return = Minimal",
                "return=minimal; foo=\"bar\""
            })
    void shouldAnswerWithoutABodyWhenThatIsPreferred(final String preference) throws IOException {
        final Answer answer = ask(post("Prefer: " + preference + "\r\n", EVENT));
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("weft-seq")).isEqualTo("1");
    }

    @Test
    void shouldAnswerARepeatedIdWithTheOriginalEvent() throws IOException {
        final Answer first = ask(post("", "{\"type\":\"t\",\"id\":\"a\",\"data\":\"first\"}"));
        ask(post("", "{\"type\":\"t\"}"));
        final Answer again = ask(post("", "{\"type\":\"t\",\"id\":\"a\",\"data\":\"second\"}"));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("weft-seq")).isEqualTo("1");
        assertThat(again.header("weft-duplicate")).isEqualTo("true");
        final Answer minimal = ask(post("Prefer: return=minimal\r\n", EVENT));
        assertThat(minimal.status()).isEqualTo(204);
        assertThat(minimal.header("weft-seq")).isEqualTo("1");
        assertThat(minimal.header("weft-duplicate")).isEqualTo("true");
        assertThat(server.events()).hasSize(2);
    }

    @Test
    void shouldAppendAnArrayWholeOrNotAtAll() throws IOException {
        assertThat(
                        ask(post("", " [ {\"type\":\"a\"} , {\"type\":\"b\"},{\"type\":\"c\"} ] "))
                                .body())
                .isEqualTo(
                        "{\"accepted\":3,\"duplicates\":0,\"first_seq\":1,\"last_seq\":3,\"durability\":\"journaled\"}");
        final Answer bad = ask(post("", "[{\"type\":\"a\"},{\"type\":\"b\"},{\"type\":\"\"}]"));
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.header("content-type")).isEqualTo("application/problem+json");
        assertThat(bad.body())
                .contains(
                        "\"detail\":\"event 2: type must be a letter and up to 127 of [A-Za-z0-9._:/-]\"")
                .contains("\"index\":2");
        assertThat(server.events()).hasSize(3);
        assertThat(ask(post("", "[]")).body())
                .isEqualTo("{\"accepted\":0,\"duplicates\":0,\"durability\":\"journaled\"}");
        assertThat(ask(post("", "[" + EVENT + "," + EVENT + "]")).body())
                .isEqualTo(
                        "{\"accepted\":1,\"duplicates\":1,\"first_seq\":4,\"last_seq\":4,\"durability\":\"journaled\"}");
        assertThat(ask(post("", "[" + EVENT + "]")).body())
                .isEqualTo("{\"accepted\":0,\"duplicates\":1,\"durability\":\"journaled\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [{"type":"t"}              | malformed JSON: a comma or the closing bracket was expected behind event 0
                    [{"type":"t"} {"type":"t"}]| malformed JSON: a comma or the closing bracket was expected behind event 0
                    [{"type":"t"}] x           | malformed JSON: nothing may follow the array
                    [] []                      | malformed JSON: nothing may follow the array
                    [{"type":"t"},]            | event 1: an event must be a JSON object
                    [,]                        | event 0: an event must be a JSON object
                    [1]                        | event 0: an event must be a JSON object
                    [                          | event 0: an event must be a JSON object
                    """)
    void shouldRefuseAMalformedArray(final String array, final String detail) throws IOException {
        final Answer answer = ask(post("", array));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("\"detail\":\"" + detail + "\"");
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldTakeLinesAndSkipBlankOnes() throws IOException {
        final String lines =
                "{\"type\":\"a\"}\n\n  \r\n{\"type\":\"b\"}\r\n{\"type\":\"c\",\"data\":\"é\"}";
        final Answer answer = ask(post("Content-Type: application/x-ndjson\r\n", utf8(lines)));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"accepted\":3,\"duplicates\":0,\"first_seq\":1,\"last_seq\":3,\"durability\":\"journaled\"}");
        assertThat(server.events()).hasSize(3).last().asString().endsWith("\"data\":\"é\"}}");
        assertThat(ask(post("Content-Type: application/jsonl\r\n", "")).body())
                .isEqualTo("{\"accepted\":0,\"duplicates\":0,\"durability\":\"journaled\"}");
    }

    @Test
    void shouldTellWhichLinesWereRefusedAndAppendTheOthers() throws IOException {
        final String tooLong = "{\"type\":\"t\",\"data\":\"" + "x".repeat(1_000_000) + "\"}";
        final String lines =
                "{\"type\":\"a\"}\n{\"type\":\"\"}\n\n"
                        + tooLong
                        + "\n{\"tpe\":\"\\u0001\"}\n"
                        + EVENT;
        final Answer answer = ask(chunked("Content-Type: application/x-ndjson\r\n", lines));
        assertThat(answer.status()).isEqualTo(207);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"accepted\":2,\"duplicates\":0,\"first_seq\":1,\"last_seq\":2,\"durability\":\"journaled\","
                                + "\"rejected\":3,\"errors\":["
                                + "{\"line\":2,\"detail\":\"type must be a letter and up to 127 of [A-Za-z0-9._:/-]\"},"
                                + "{\"line\":4,\"detail\":\"an event may have at most 1000000 bytes\"},"
                                + "{\"line\":5,\"detail\":\"unknown member \\\"tpe\\\"; did you mean type?\"}]}");
        assertThat(server.events()).hasSize(2);
    }

    @Test
    void shouldListNoMoreThanAHundredRefusedLines() throws IOException {
        final Answer answer =
                ask(post("Content-Type: application/x-ndjson\r\n", "{}\n".repeat(150)));
        assertThat(answer.status()).isEqualTo(207);
        assertThat(answer.body())
                .contains("\"accepted\":0,")
                .contains("\"rejected\":150,")
                .endsWith("]}");
        assertThat(answer.body().split("\"line\":", -1)).hasSize(101);
    }

    @Test
    void shouldNotDependOnHowTheBytesArrive() throws IOException {
        final String event = utf8("{\"type\":\"t\",\"id\":\"é\",\"data\":{\"k\" :\"\\u00e9😀\"}}");
        final String lines = utf8("{\"type\":\"b\",\"data\":\"😀\"}\n\r\n{\"bad\n{\"type\":\"c\"}");
        final Answer whole = ask(post("", event));
        for (int i = 1; i < event.length(); i++) {
            final Answer parts = ask(chunked("", event.substring(0, i), event.substring(i)));
            assertThat(parts.body()).isEqualTo(whole.body());
        }
        for (int i = 1; i < lines.length(); i++) {
            final Answer parts =
                    ask(
                            chunked(
                                    "Content-Type: application/x-ndjson\r\n",
                                    lines.substring(0, i),
                                    lines.substring(i)));
            assertThat(parts.body())
                    .contains("\"accepted\":2,")
                    .contains(
                            "\"rejected\":1,\"errors\":[{\"line\":3,\"detail\":\"malformed JSON at offset 5: it ends");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "Application/JSON;charset=\"UTF-8\"",
                "application/cloudevents+json",
                "application/x-www-form-urlencoded",
                ""
            })
    void shouldTakeJsonUnderEachOfItsNames(final String type) throws IOException {
        assertThat(ask(post("Content-Type: " + type + "\r\n", " " + EVENT)).status())
                .isEqualTo(200);
        assertThat(ask(post("Content-Type: " + type + "\r\n", "[" + EVENT + "]")).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/json; charset=iso-8859-1",
                "multipart/form-data",
                "json"
            })
    void shouldRefuseOtherContentTypes(final String type) throws IOException {
        final Answer answer = ask(post("Content-Type: " + type + "\r\n", EVENT));
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.body()).contains("\"detail\":\"" + TYPES_415 + "\"");
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldRefuseAFormAndACompressedBody() throws IOException {
        final Answer form =
                ask(post("Content-Type: application/x-www-form-urlencoded\r\n", "type=t"));
        assertThat(form.status()).isEqualTo(415);
        assertThat(form.body()).contains("send Content-Type: application/json");
        final Answer compressed = ask(post("Content-Encoding: gzip\r\n", EVENT));
        assertThat(compressed.status()).isEqualTo(415);
        assertThat(compressed.body()).contains("Content-Encoding must be absent");
        assertNothingAppendedAndUsable();
        assertThat(ask(post("Content-Encoding: identity\r\n", EVENT)).status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseWhatIsTooLongAndKeepTheConnection() throws IOException {
        final String event = "{\"type\":\"t\",\"data\":\"" + "x".repeat(1_000_000) + "\"}";
        final String many = "[" + (EVENT + ",").repeat(1_000) + EVENT + "]";
        assertTooLong(ask(post("", event)), "an event may have at most 1000000 bytes");
        assertTooLong(
                ask(post("", " ".repeat(1_000_000) + EVENT)),
                "an event may have at most 1000000 bytes");
        assertTooLong(
                ask(post("", "[" + event + "]")),
                "event 0: an event may have at most 1000000 bytes");
        assertTooLong(
                ask(post("", many)), "an array may have at most 1000 events; NDJSON has no limit");
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldRefuseALongArrayBeforeReadingIt() throws IOException {
        final Answer announced =
                ask("POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000001\r\n\r\n");
        assertTooLong(announced, "an array may have at most 4000000 bytes; NDJSON has no limit");
        client = server.connect();
        final String[] chunks = new String[50];
        Arrays.fill(chunks, "[" + " ".repeat(100_000));
        client.send(chunked("", chunks));
        assertTooLong(
                client.answer(), "an array may have at most 4000000 bytes; NDJSON has no limit");
        client = server.connect();
        final Answer chunked =
                ask(chunked("", "{\"type\":\"t\",\"data\":\"" + "x".repeat(1_000_000)));
        assertTooLong(chunked, "an event may have at most 1000000 bytes");
        assertThat(chunked.header("connection")).as("the rest may be endless").isEqualTo("close");
        client = server.connect();
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldRefuseParametersItDoesNotKnow() throws IOException {
        final Answer mistyped =
                ask(
                        post("", EVENT)
                                .replace(
                                        "/events",
                                        "/events?durabilty=durable&durability=durable&a"));
        assertThat(mistyped.status()).isEqualTo(400);
        assertThat(mistyped.body())
                .contains("query: a publish takes durability only; unknown: a, durabilty");
        assertThat(ask(post("", EVENT).replace("/events", "/events?")).status()).isEqualTo(200);
        assertThat(server.events()).hasSize(1);
    }

    @Test
    void shouldForceToDiskWhenAskedTo() throws IOException {
        final Answer header = ask(post("Weft-Durability: durable\r\n", EVENT));
        assertThat(header.header("weft-durability")).isEqualTo("durable");
        assertThat(server.journal.forceCount()).isEqualTo(1);
        final Answer query =
                ask(
                        post("", "[{\"type\":\"t\"}]")
                                .replace("/events", "/events?durability=durable"));
        assertThat(query.body()).endsWith("\"durability\":\"durable\"}");
        assertThat(server.journal.forceCount()).isEqualTo(2);
        final Answer contradiction =
                ask(
                        post("Weft-Durability: durable\r\n", EVENT)
                                .replace("/events", "/events?durability=journaled"));
        assertThat(contradiction.status()).isEqualTo(400);
        assertThat(contradiction.body()).contains("durability is asked for twice");
        final Answer twice =
                ask(
                        post("", EVENT)
                                .replace(
                                        "/events",
                                        "/events?durability=durable&durability=journaled"));
        assertThat(twice.status()).isEqualTo(400);
        assertThat(twice.body()).contains("query: durability stands twice");
        assertThat(ask(post("Weft-Durability: committed\r\n", EVENT)).body())
                .contains("durability must be journaled or durable");
        server.journal.forceFails(true);
        final Answer failed = ask(post("Weft-Durability: durable\r\n", "{\"type\":\"t\"}"));
        assertThat(failed.status()).isEqualTo(503);
        assertThat(failed.body()).contains("not forced to disk");
    }

    @Test
    void shouldSayWhenTheDiskIsFullAndGoOnAfterwards() throws IOException {
        server.journal.state(Journal.State.DISK_FULL);
        assertThat(ask(post("", EVENT)).status()).isEqualTo(507);
        assertThat(ask(post("", "[" + EVENT + "]")).status()).isEqualTo(507);
        final Answer lines =
                ask(post("Content-Type: application/x-ndjson\r\n", "\n" + EVENT + "\n"));
        assertThat(lines.status()).isEqualTo(507);
        assertThat(lines.body()).contains("the disk of the journal is full: nothing was appended");
        server.journal.state(Journal.State.WRITABLE);
        assertNothingAppendedAndUsable();
        server.journal.state(Journal.State.FAILED);
        assertThat(ask(post("", EVENT)).status()).isEqualTo(503);
    }

    @Test
    void shouldRefuseWhenThePublishesThatWaitAreTooLong() throws IOException {
        final String event = "{\"type\":\"t\",\"data\":\"" + "x".repeat(900_000) + "\"}";
        final String array = post("", "[" + event + "," + event + "," + event + "]");
        try (TestPublishing small = new TestPublishing()) { // 64 publishes, 8 MB
            small.held(true);
            final List<RawClient> clients = new ArrayList<>();
            final IngestCounters counters = small.ingest.counters();
            for (int i = 1; i <= 8; i++) {
                clients.add(small.connect().send(array));
                final int sent = i;
                await().until(
                                () ->
                                        counters.events() / 3
                                                        + counters.refusals(
                                                                IngestCounters.Refusal
                                                                        .BACK_PRESSURE)
                                                == sent);
            }
            small.held(false);
            int refused = 0;
            for (final RawClient client : clients) {
                final Answer answer = client.answer();
                if (answer.status() == 503) {
                    refused++;
                    assertThat(answer.header("retry-after")).isEqualTo("1");
                } else {
                    assertThat(answer.status()).isEqualTo(200);
                }
                client.close();
            }
            assertThat(refused).isBetween(5, 7);
            try (RawClient client = small.connect()) { // all of it was given back
                for (int i = 0; i < 3; i++) {
                    assertThat(client.send(array).answer().status()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void shouldRefuseWhenTooManyPublishesWait() throws IOException {
        try (TestPublishing small = new TestPublishing(config(2), 64)) {
            small.held(true);
            try (RawClient first = small.connect();
                    RawClient second = small.connect()) {
                first.send(post("", EVENT) + post("", EVENT));
                await().until(() -> small.ingest.counters().events() == 2);
                final Answer refused = second.send(post("", EVENT)).answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("retry-after")).isEqualTo("1");
                assertThat(refused.body()).contains("too many publishes are waiting");
                small.held(false);
                assertThat(first.answer().status()).isEqualTo(200);
                assertThat(first.answer().header("weft-duplicate")).isEqualTo("true");
                assertThat(second.send(post("", EVENT)).answer().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"type":"t",}                      | malformed JSON at offset 12: a member name in double quotes was expected
                    {"type":"t"                        | malformed JSON at offset 11: it ends before its value is complete
                    {"type":"t"}{"type":"t"}           | nothing may follow the event
                    {"type":7}                         | type must be a string
                    {"type":"a\\r\\nid: 9"}            | type must be a letter and up to 127 of [A-Za-z0-9._:/-]
                    {"type":"t","id":"a\\ndata: x"}    | id must be 1 to 128 characters without control characters
                    {"type":"t","run_id":"a\\u0000"}   | run_id must be 1 to 128 characters without control characters
                    {"type":"t","subject":"job"}       | subject must be kind/id: kind [a-z][a-z0-9_-]{0,31}, id 1 to 200 of [A-Za-z0-9._:@-]
                    {"type":"t","category":"x\\n"}     | category must be one of console, network, page, interaction, liveview, captcha, system, agent, workflow, session, job, telemetry
                    {"type":"t","data":1e999999}       | malformed JSON at offset 19: a number must be finite in 64-bit floating point and its exponent at most 999
                    {"type":"t","data":"\\ud800"}      | malformed JSON at offset 20: an escaped surrogate without its other half
                    {"type":"t","dta":1}               | unknown member \\"dta\\"; did you mean data?
                    ''                                 | an event must be a JSON object
                    """)
    void shouldRefuseABadEventByNameAndRule(final String event, final String detail)
            throws IOException {
        final Answer answer = ask(post("", event));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.body())
                .contains("\"detail\":\"" + detail + "\"")
                .contains("\"message\":\"" + detail + "\"");
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldRefuseManyKeysDepthAndBadBytesQuickly() throws IOException {
        final StringBuilder keys =
                new StringBuilder(
                        "{\"type\":\"t\",\"source\":{\"kind\":\"cdp\",\"metadata\":{\"a\":\"\"");
        for (int i = 0; i < 90_000; i++) {
            keys.append(",\"").append(i).append("\":\"\"");
        }
        assertThat(ask(post("", keys + "}}}")).body())
                .contains("source.metadata may have at most 64 members");
        assertThat(ask(post("", "{\"type\":\"t\",\"data\":" + "[".repeat(900_000))).body())
                .contains("values may be nested at most 64 deep");
        assertThat(ask(post("", "{\"type\":\"t\",\"data\":\"\u00ff\"}")).body())
                .contains("the text is not valid UTF-8");
        assertThat(ask(post("", "\u00ef\u00bb\u00bf" + EVENT)).body())
                .contains("the text must not begin with a byte order mark");
        assertNothingAppendedAndUsable();
    }

    @Test
    void shouldForgetABodyWhoseSenderWentAway() throws IOException {
        final RawClient gone = server.connect();
        gone.send(
                "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"type\":");
        await().until(() -> server.ingest.counters().bytes() == 8);
        gone.reset();
        assertNothingAppendedAndUsable();
    }

    private Answer ask(final String request) throws IOException {
        return client.send(request).answer();
    }

    private void assertTooLong(final Answer answer, final String detail) {
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body()).contains("\"detail\":\"" + detail + "\"");
    }

    private void assertNothingAppendedAndUsable() throws IOException {
        assertThat(server.events()).isEmpty();
        assertThat(ask(post("", EVENT)).header("weft-seq")).isEqualTo("1");
    }

    private static IngestConfig config(final int appendsMax) {
        return new IngestConfig(
                EventRules.forCallers(List.of(), List.of()), false, appendsMax, 8_000_000);
    }
}
