package dev.weft.server.http.connection;

import static dev.weft.server.http.connection.TestHttpServer.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The time limits of a connection, with a clock that the test moves. */
@Timeout(60)
@OnEachTransport
class TimeLimitsSystemTest {
    private static final String POST = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
    private static final String LENGTH = "Content-Length: 1000000\r\n\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

    private final TestHttpServer server;

    TimeLimitsSystemTest(final Transport transport) {
        server = new TestHttpServer(Transports.assumed(transport));
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Sends what begins a request, behind a whole one, so that it has surely arrived. */
    private void begin(final RawClient client, final String text) throws IOException {
        client.send(get("/fast") + text);
        assertThat(client.answer().status()).isEqualTo(200);
        server.pass(0); // the first look begins to count
    }

    @Test
    void shouldRefuseAHeadThatTakesTooLong() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, "GET /fast HTTP/1.1\r\nHost: lo");
            server.pass(10);
            client.send("calhost\r\n");
            server.pass(1);
            assertRefused(client, "request: its head took longer than 10 s");
        }
        assertThat(server.seen).hasSize(1);
    }

    @Test
    void shouldRefuseABodyThatFallsSilent() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, POST + CHUNKED + "3\r\nabc\r\n");
            server.pass(29);
            server.pass(1);
            assertThat(server.aborts).hasValue(0);
            server.pass(1);
            assertRefused(client, "body: nothing came for 30 s");
        }
        assertThat(server.aborts).hasValue(1);
    }

    @Test
    void shouldRefuseABodyOfKnownLengthThatComesInDrops() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, POST + LENGTH);
            drop(client, "a", 20);
            drop(client, "b", 20);
            assertRefused(client, "body: less than 64 KiB of it came within 30 s");
        }
        assertThat(server.aborts).hasValue(1);
    }

    @Test
    void shouldTakeABodyOfKnownLengthThatComesFastEnough() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, POST + LENGTH);
            int sent = 0;
            for (; sent + 66_000 < 1_000_000; sent += 66_000) {
                drop(client, "x".repeat(66_000), 14);
            }
            client.send("x".repeat(1_000_000 - sent));
            assertThat(client.answer().body()).hasSize(1_000_000);
        }
    }

    @Test
    void shouldTakeALiveStreamOfLinesHoweverSlow() throws IOException {
        server.live = true;
        try (RawClient client = server.connect()) {
            begin(client, POST + CHUNKED);
            for (int i = 0; i < 20; i++) {
                drop(client, "1\r\na\r\n", 29);
            }
            client.send("0\r\n\r\n");
            assertThat(client.answer().body()).hasSize(20);
        }
    }

    @Test
    void shouldRefuseABodyOfUnknownLengthThatComesInDropsUnlessItIsLive() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, POST + CHUNKED);
            server.live = true;
            drop(client, "1\r\na\r\n", 29);
            drop(client, "1\r\na\r\n", 29);
            server.live = false; // now something is kept until its rest is there
            drop(client, "1\r\na\r\n", 20);
            assertThat(server.aborts).hasValue(0);
            drop(client, "1\r\na\r\n", 20);
            assertRefused(client, "body: less than 64 KiB of it came within 30 s");
        }
        assertThat(server.aborts).hasValue(1);
    }

    @Test
    void shouldCountNoTimeInWhichTheServerSlowsTheClient() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, POST.replace("/echo", "/pause") + "Content-Length: 4\r\n\r\nabc");
            await().until(() -> server.paused != null);
            server.pass(1_000);
            server.pass(1_000);
            final Exchange slowed = Objects.requireNonNull(server.paused);
            server.context().loop.execute(() -> slowed.readBody(true));
            client.send("d");
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void shouldCloseAConnectionWithoutARequestAfterAWhile() throws IOException {
        try (RawClient client = server.connect()) {
            begin(client, "");
            server.pass(75);
            client.send(get("/fast"));
            assertThat(client.answer().status()).isEqualTo(200);
            server.pass(75);
            server.pass(1);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldWaitForAnAnswerHoweverLong() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/hold"));
            await().until(() -> !server.held.isEmpty());
            server.pass(1_000);
            server.pass(1_000);
            server.release();
            assertThat(client.answer().body()).isEqualTo("/hold");
        }
    }

    /** What waits for a client takes memory from others. */
    @Test
    void shouldCloseAConnectionThatTakesNothingOfItsAnswers() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/large").repeat(200)); // 60 MB: more than sockets hold
            awaitFullSocket();
            for (int i = 0; i < 5; i++) { // who takes some is slow, and no more than that
                server.pass(20);
                for (int j = 0; j < 10; j++) {
                    assertThat(client.answer().status()).isEqualTo(200);
                }
                awaitFullSocket();
            }
            server.pass(30);
            assertThat(server.counters.connectionsClosed.get()).isZero();
            server.pass(1);
            await().until(() -> server.counters.connectionsClosed.get() == 1);
        }
    }

    /** Until nothing more is answered because what was is not taken. */
    private void awaitFullSocket() {
        final long[] before = {-1};
        await().pollInterval(Duration.ofMillis(100))
                .until(
                        () -> {
                            final long last = before[0];
                            before[0] = server.counters.answers(200).get();
                            return before[0] == last;
                        });
        server.pass(0); // a look that sees what was taken
    }

    @Test
    void shouldNotWaitForAClientThatGoesOnAfterTheLastAnswer() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("nonsense\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
            assertThat(server.counters.connectionsClosed.get()).isZero();
            server.pass(3);
            await().until(() -> server.counters.connectionsClosed.get() == 1);
        }
    }

    /** Sends a piece, waits until it was read, and lets time pass. */
    private void drop(final RawClient client, final String piece, final long seconds)
            throws IOException {
        final long before = server.bodyLength.get();
        final int length = piece.startsWith("1\r") ? 1 : piece.length();
        client.send(piece);
        await().until(() -> server.bodyLength.get() == before + length);
        server.pass(seconds);
    }

    private static void assertRefused(final RawClient client, final String detail)
            throws IOException {
        final RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.body()).contains(detail);
        assertThat(answer.header("connection")).isEqualTo("close");
        assertThat(client.isClosed()).isTrue();
    }
}
