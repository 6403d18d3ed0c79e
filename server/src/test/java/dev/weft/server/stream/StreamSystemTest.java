package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Start positions, filters and forms of a stream, over HTTP. */
@Timeout(60)
@OnEachTransport
class StreamSystemTest {
    private static final int HISTORY = 40; // events before the tests; odd ones are of type step.odd
    private static WeftServer server;
    private static InetSocketAddress address;
    private static HttpClient publisher;

    StreamSystemTest(final Transport transport) {
        Transports.assumed(transport);
    }

    @BeforeParameterizedClassInvocation
    static void start(final Transport transport, @TempDir final Path directory) throws Exception {
        server =
                WeftServer.start(
                        directory,
                        Map.of(
                                "keep-alive-interval",
                                "600ms",
                                "transport",
                                Transports.assumed(transport).toString()));
        address = server.address();
        publisher = server.connect();
        for (int i = 1; i <= HISTORY; i++) {
            publish(
                    i % 2 == 1
                            ? "{\"type\":\"step.odd\",\"category\":\"job\",\"subject\":\"job/7f3a\"}"
                            : "{\"type\":\"even\",\"run_id\":\"r \\\""
                                    + i
                                    + "\\\\\",\"correlation_id\":\"c\"}");
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        publisher.close();
        server.close();
    }

    private static long publish(final String json) throws Exception {
        final HttpClient.Answer answer = publisher.post(json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.number("seq");
    }

    @Test
    void shouldFlushTheHeadAtOnceAndTellWhenToComeBack() throws Exception {
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.headers)
                    .containsEntry("content-type", "text/event-stream; charset=utf-8")
                    .containsEntry("cache-control", "no-store, no-transform")
                    .containsEntry("x-accel-buffering", "no")
                    .containsEntry("x-sse-content-type", "application/json")
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsKey("date");
            assertThat(Integer.parseInt(stream.line("retry: "))).isBetween(2_000, 5_000);
        }
    }

    @Test
    void shouldDeliverWhatIsAcknowledgedAfterTheHeadAndNothingBefore() throws Exception {
        for (int i = 0; i < 50; i++) {
            publish("{\"type\":\"before\"}");
            try (StreamSocket stream = StreamSocket.get(address, "/events/stream")) {
                final long sequence = publish("{\"type\":\"after\"}");
                assertThat(stream.id()).isEqualTo(sequence);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/events/stream?after=0, '', 1",
        "/events/stream?after=7, '', 8",
        "/events/stream?after=0000007, '', 8",
        "/events/stream?replay=all, '', 1",
        "/events/stream/?replay=all, '', 1",
        "/events?replay=all, 'Accept: text/event-stream', 1",
        "/events/stream?since=10m, '', 1",
        "/events/stream?since=2h30m, '', 1",
        "/events/stream?since=2001-01-01T00:00:00Z, '', 1",
        "/events/stream?since=2001-01-01T00:00:00+01:00, '', 1",
        "/events/stream, 'Last-Event-ID: 0', 1",
        "/events/stream, 'Last-Event-ID: 12', 13",
        "/events/stream?after=3, 'Last-Event-ID: 12', 13",
        "/events/stream?replay=all, 'Last-Event-ID: 12', 13",
        "/events/stream?after=3, 'Last-Event-ID:', 4",
        "/events/stream?after=0&type=even, '', 2",
        "/events/stream?after=2&type=step.*, '', 3",
        "/events/stream?after=0&type=even&type=step.odd, '', 1",
        "/events/stream?after=0&category=system, '', 2",
        "/events/stream?after=0&category=job&subject=job/*, '', 1",
        "/events/stream?after=1&subject=job/7f3a, '', 3",
        "/events/stream?after=0&run_id=r%20%2210%22%5C%5C, 'X: 1', 0",
        "/events/stream?after=0&run_id=r%20%2210%5C, '', 10",
        "/events/stream?after=8&correlation_id=c, '', 10",
    })
    void shouldStartWhereItIsAsked(final String path, final String header, final long first)
            throws Exception {
        final String[] lines = header.isEmpty() ? new String[0] : new String[] {header};
        try (StreamSocket stream = StreamSocket.get(address, path, lines)) {
            assertThat(stream.status()).isEqualTo(200);
            if (first > 0) {
                assertThat(stream.id()).isEqualTo(first);
            } else {
                assertThat(stream.line(":")).as("nothing but keep-alives").isEmpty();
            }
        }
    }

    @Test
    void shouldGoOnWithoutAHoleFromHistoryToWhatComesNow() throws Exception {
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?after=5")) {
            long expected = 6;
            while (expected <= server.weft().head()) {
                assertThat(stream.id()).isEqualTo(expected++);
            }
            assertThat(publish("{\"type\":\"now\"}")).isEqualTo(expected);
            assertThat(stream.id()).isEqualTo(expected);
        }
    }

    @Test
    void shouldGiveTheLastEvents() throws Exception {
        final long head = publish("{\"type\":\"last.one\"}");
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?last=3")) {
            assertThat(stream.id()).isEqualTo(head - 2);
        }
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?last=1000000")) {
            assertThat(stream.id()).isEqualTo(1);
        }
        try (StreamSocket stream =
                StreamSocket.get(address, "/events/stream?last=3&type=step.odd")) {
            assertThat(stream.id()).isEqualTo(HISTORY - 5);
            assertThat(stream.id()).isEqualTo(HISTORY - 3);
            assertThat(stream.id()).isEqualTo(HISTORY - 1);
            final long next = publish("{\"type\":\"step.odd\"}");
            assertThat(stream.id()).isEqualTo(next);
        }
    }

    @Test
    void shouldStartAfterATime() throws Exception {
        final HttpClient.Answer answer = publisher.post("{\"type\":\"mark\"}");
        final long us = answer.number("ts");
        final String time =
                Instant.ofEpochSecond(us / 1_000_000, us % 1_000_000 * 1_000).toString();
        final long next = publish("{\"type\":\"next\"}");
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?since=" + time)) {
            assertThat(stream.id()).as("exclusive").isEqualTo(next);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Last-Event-ID: 999999999, future",
        "Last-Event-ID: 9223372036854775807, future",
        "Last-Event-ID: 9223372036854775808, invalid",
        "Last-Event-ID: 18446744073709551617, invalid",
        "Last-Event-ID: -1, invalid",
        "Last-Event-ID: +1, invalid",
        "Last-Event-ID: 1.5, invalid",
        "Last-Event-ID: 0x10, invalid",
        "Last-Event-ID: 1 2, invalid",
        "Last-Event-ID: latest, invalid",
        "Last-Event-ID: é, invalid",
    })
    void shouldTellInTheStreamThatAPositionMakesNoSense(final String header, final String reason)
            throws Exception {
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?after=0", header)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.line("event: ")).isEqualTo("weft.reset");
            final long head = server.weft().head();
            assertThat(stream.line())
                    .isEqualTo("data: {\"reason\":\"" + reason + "\",\"head\":" + head + "}");
            final long next = publish("{\"type\":\"x\"}");
            assertThat(stream.id()).as("live from the head").isEqualTo(next);
        }
    }

    @Test
    void shouldTellThatAnIdIsInvalidWhenItIsLongOrThereAreTwo() throws Exception {
        final String[][] heads = {
            {"Last-Event-ID: " + "7".repeat(4_000)}, {"Last-Event-ID: 1", "Last-Event-ID: 2"},
        };
        for (final String[] head : heads) {
            try (StreamSocket stream = StreamSocket.get(address, "/events/stream", head)) {
                assertThat(stream.line("event: ")).isEqualTo("weft.reset");
                assertThat(stream.line()).contains("invalid");
            }
        }
        try (StreamSocket stream =
                StreamSocket.get(
                        address, "/events/stream", "Last-Event-ID: " + "7".repeat(10_000))) {
            assertThat(stream.status()).isEqualTo(431);
        }
    }

    @Test
    void shouldTellThatTheFutureIsNotThereWhenAskedByQuery() throws Exception {
        for (final String query : new String[] {"after=999999999", "since=2099-01-01T00:00:00Z"}) {
            try (StreamSocket stream = StreamSocket.get(address, "/events/stream?" + query)) {
                assertThat(stream.line("event: ")).isEqualTo("weft.reset");
                assertThat(stream.line()).contains("future");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after=-1",
                "after=",
                "after=x",
                "after=9223372036854775808",
                "after=1&after=2",
                "after=1&last=2",
                "since=5",
                "since=yesterday",
                "since=",
                "since=2026-13-01T00:00:00Z",
                "since=5m3h",
                "since=1m&replay=all",
                "last=0",
                "last=-1",
                "last=1000001",
                "last=x",
                "replay=some",
                "replay=",
                "policy=",
                "policy=newest",
                "policy=LATEST",
                "policy=all&policy=latest",
                "policy=latest&policy=latest",
                "policy=sample",
                "policy=sample=0/s",
                "policy=sample=-1/s",
                "policy=sample=1001/s",
                "policy=sample=99999999999/s",
                "policy=sample=2.5/s",
                "policy=sample=5/m",
                "policy=sample=5",
                "event_names=yes",
                "typo=1",
                "type=",
                "type=*",
                "type=step*",
                "type=*.x",
                "type=a%0Ab",
                "type=1a",
                "category=nonsense",
                "category=job*",
                "subject=job",
                "subject=job/",
                "subject=job/a*",
                "subject=*",
                "run_id=",
                "run_id=a%00b",
                "correlation_id=a%0d%0ab"
            })
    void shouldRefuseAParameterByItsName(final String query) throws Exception {
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?" + query)) {
            assertThat(stream.status()).isEqualTo(400);
            final String name = query.substring(0, query.indexOf('='));
            final String other = query.substring(query.lastIndexOf('&') + 1).split("=", 2)[0];
            assertThat(stream.body())
                    .containsAnyOf("\"detail\":\"" + name + ": ", "\"detail\":\"" + other + ": ");
        }
    }

    @Test
    void shouldRefuseEventLinesWhereThereAreNone() throws Exception {
        try (StreamSocket stream =
                StreamSocket.get(
                        address,
                        "/events/stream?event_names=true",
                        "Accept: application/x-ndjson")) {
            assertThat(stream.status()).isEqualTo(400);
        }
    }

    @Test
    void shouldNameEventsWhenAsked() throws Exception {
        try (StreamSocket stream =
                StreamSocket.get(address, "/events/stream?after=0&event_names=true")) {
            assertThat(stream.line("event: ")).isEqualTo("step.odd");
            assertThat(stream.line()).isEqualTo("id: 1");
            assertThat(stream.line()).startsWith("data: {\"seq\":1,\"event\":{");
            assertThat(stream.line()).isEmpty();
            assertThat(stream.line()).isEqualTo("event: even");
        }
    }

    @Test
    void shouldStreamLinesWhenAskedForNdjson() throws Exception {
        try (StreamSocket stream =
                StreamSocket.get(
                        address,
                        "/events/stream?after=1",
                        "Accept: text/plain, application/x-ndjson;q=0.9")) {
            assertThat(stream.headers).containsEntry("content-type", "application/x-ndjson");
            assertThat(stream.line()).startsWith("{\"seq\":2,\"event\":{\"id\":");
            assertThat(stream.line()).startsWith("{\"seq\":3,");
        }
        try (StreamSocket stream =
                StreamSocket.get(
                        address,
                        "/events/stream?after=999999999",
                        "Accept: application/x-ndjson")) {
            assertThat(stream.line())
                    .startsWith("{\"weft.reset\":{\"reason\":\"future\",\"head\":");
            assertThat(stream.line()).as("keep-alive").isEmpty();
        }
    }

    @Test
    void shouldCloseDelimitedWhenTheClientSpeaksHttp10() throws Exception {
        try (StreamSocket stream =
                StreamSocket.send(address, 0, "GET /events/stream?after=3 HTTP/1.0")) {
            assertThat(stream.headers)
                    .doesNotContainKey("transfer-encoding")
                    .containsEntry("connection", "close");
            assertThat(stream.line()).startsWith("retry: ");
            assertThat(stream.id()).isEqualTo(4);
        }
    }

    @Test
    void shouldAnswerTheHeadOnlyWhenAskedForThat() throws Exception {
        try (StreamSocket stream =
                StreamSocket.send(
                        address, 0, "HEAD /events/stream HTTP/1.1", "Connection: close")) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.headers)
                    .containsEntry("content-type", "text/event-stream; charset=utf-8");
            assertThat(stream.isEnded()).isTrue();
        }
    }

    @Test
    void shouldKeepAnIdleStreamAliveWithoutBreakingIt() throws Exception {
        final long startNs = System.nanoTime();
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?type=never")) {
            for (int i = 0; i < 3; i++) {
                assertThat(stream.line(":")).isEmpty();
                assertThat(stream.line()).isEmpty();
            }
            final long seconds = (System.nanoTime() - startNs) / 1_000_000_000;
            assertThat(seconds).as("three keep-alives at 0.6 s").isLessThan(10);
            final long sequence = publish("{\"type\":\"never\"}");
            assertThat(stream.id()).isEqualTo(sequence);
        }
    }

    @Test
    void shouldCarryUnicodeUnharmed() throws Exception {
        final String data = "{\"a\":\"\u2028\uFEFF\uD83D\uDE00\\r\\n\\u0000\"}";
        try (StreamSocket stream = StreamSocket.get(address, "/events/stream?type=uni")) {
            publish("{\"type\":\"uni\",\"data\":" + data + "}");
            assertThat(stream.line("data: ")).endsWith(",\"data\":" + data + "}}");
            assertThat(data.getBytes(UTF_8)).isNotEmpty();
        }
    }
}
