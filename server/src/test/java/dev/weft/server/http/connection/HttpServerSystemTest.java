package dev.weft.server.http.connection;

import static dev.weft.server.http.connection.TestHttpServer.get;
import static dev.weft.server.http.connection.TestHttpServer.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.HttpLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@OnEachTransport
class HttpServerSystemTest {
    private final Transport transport;
    private final TestHttpServer server;

    HttpServerSystemTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
        server = new TestHttpServer(transport);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void shouldAnswerInOrderWhenFastAndSlowRoutesAreMixed() throws IOException {
        final Random random = new Random(1);
        final StringBuilder requests = new StringBuilder();
        final StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            final String path = random.nextBoolean() ? "/fast" : "/slow";
            requests.append(get(path + "?n=" + i));
            expected.append(path).append(i).append(' ');
        }
        try (RawClient client = server.connect()) {
            client.send(requests.toString());
            final StringBuilder answers = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                answers.append(client.answer().body()).append(' ');
            }
            assertThat(answers).hasToString(expected.toString());
        }
    }

    @Test
    void shouldStopReadingWhenTooManyRequestsHaveNoAnswer() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/hold?n=1").repeat(1_000));
            await().until(() -> server.held.size() == HttpLimits.UNANSWERED_MAX);
            await().during(100, TimeUnit.MILLISECONDS)
                    .until(() -> server.held.size() == HttpLimits.UNANSWERED_MAX);
            int answered = 0;
            while (answered < 1_000) {
                final int batch = Math.min(HttpLimits.UNANSWERED_MAX, 1_000 - answered);
                await().until(() -> server.held.size() == batch);
                server.release();
                for (int i = 0; i < batch; i++) {
                    assertThat(client.answer().body()).isEqualTo("/hold1");
                }
                answered += batch;
            }
        }
    }

    @Test
    void shouldUnderstandTheSameWhereverTheBytesAreSplit() throws Exception {
        final String request =
                "\r\nPOST /echo?a=%20b HTTP/1.1\r\nHost: localhost\r\nX-Some: \tthing \r\nContent-Length: 5\r\n\r\n hell"
                        + "POST /echo HTTP/1.1\r\nhost: LOCALHOST:1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3;a=b\r\n wo\r\n2\r\nrl\r\n0\r\n\r\n"
                        + get("/fast");
        final byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        for (int split = 1; split < bytes.length; split++) {
            try (RawClient client = server.connect()) {
                client.send(java.util.Arrays.copyOfRange(bytes, 0, split));
                final long before = server.counters.connectionsOpened.get();
                if (split % 8 == 0) { // let it arrive alone now and then
                    await().pollDelay(2, TimeUnit.MILLISECONDS).until(() -> before >= 0);
                }
                client.send(java.util.Arrays.copyOfRange(bytes, split, bytes.length));
                assertThat(client.answer().body()).isEqualTo(" hell");
                assertThat(client.answer().body()).isEqualTo(" worl");
                assertThat(client.answer().body()).isEqualTo("/fast");
            }
        }
    }

    @Test
    void shouldAnswerAllWhenTheClientClosedItsSide() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/slow?n=1").repeat(100) + get("/fast"));
            client.halfClose();
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer().body()).isEqualTo("/slow1");
            }
            assertThat(client.answer().body()).isEqualTo("/fast");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldCloseWhenTheClientClosedItsSideInMidRequest() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("GET /fast HTTP/1.1\r\nHo").halfClose();
            assertThat(client.isClosed()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab")
                    .halfClose();
            assertThat(client.isClosed()).isTrue();
        }
        await().untilAtomic(server.aborts, org.hamcrest.Matchers.is(1));
    }

    @Test
    void shouldKeepOrCloseTheConnectionAsAsked() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "GET /fast HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            + get("/fast"));
            assertThat(client.answer().header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.send("GET /fast HTTP/1.0\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer().header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.send(
                    "GET /fast HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
                            .repeat(2));
            assertThat(client.answer().header("connection")).isEqualTo("keep-alive");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(server.seen).hasSize(4);
    }

    @Test
    void shouldTellContinueOnlyWhenTheBodyIsWanted() throws IOException {
        final String head =
                " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
        try (RawClient client = server.connect()) {
            client.send(get("/slow") + "POST /echo" + head);
            assertThat(client.answer().body()).isEqualTo("/slow");
            assertThat(client.answer().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.answer().body()).isEqualTo("abc");
            client.send("POST /missing" + head);
            final RawClient.Answer refused = client.answer();
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
        try (RawClient client = server.connect()) {
            client.send("GET /fast HTTP/1.1\r\nHost: localhost\r\nExpect: a-pony\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(417);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldGoOnAfterAnEarlyAnswerWhenTheRestOfTheBodyIsShort() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(post("/refuse", "x".repeat(100_000)) + get("/fast"));
            assertThat(client.answer().body()).isEqualTo("no");
            assertThat(client.answer().body()).isEqualTo("/fast");
        }
    }

    @Test
    void shouldCloseAfterAnEarlyAnswerWhenTheRestOfTheBodyIsLong() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\nabc");
            final RawClient.Answer answer = client.answer();
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldSayThatItClosesWhenNobodyKnowsHowLongTheRestOfTheBodyIs() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "POST /refuse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            final RawClient.Answer answer = client.answer();
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldAnswerBeforeItClosesWhenTooMuchOfABodyIsNotWanted() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    get("/hold?n=1")
                            + "GET /hold?n=2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n");
            await().until(() -> server.held.size() == 2);
            final HttpExchange second =
                    (HttpExchange) server.held.stream().skip(1).findFirst().orElseThrow();
            client.send("x".repeat(5_000_000));
            await().until(
                            () ->
                                    server.context()
                                            .loop
                                            .submit(
                                                    () ->
                                                            second.bodyRemaining
                                                                    < 8_000_000
                                                                            - HttpLimits
                                                                                    .DISCARDED_LENGTH_MAX)
                                            .get());
            server.release();
            assertThat(client.answer().body()).isEqualTo("/hold1");
            final RawClient.Answer last = client.answer();
            assertThat(last.body()).isEqualTo("/hold2");
            assertThat(last.header("connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldAnswerMethodsThatAPathDoesNotHave() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("allow")).isEqualTo("POST, GET, HEAD, OPTIONS");
            client.send("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
            answer = client.answer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("allow")).isEqualTo("POST, GET, HEAD, OPTIONS");
            client.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(204);
            client.send("HEAD /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
            answer = client.answer(true);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length")).isEqualTo("5");
            client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer(true).header("content-type")).isEqualTo("text/event-stream");
            client.send(get("/nothing"));
            answer = client.answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
            assertThat(answer.body())
                    .startsWith("{\"title\":\"Not Found\",\"status\":404,\"detail\":\"path:");
            client.send("TRACE /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(405);
        }
        assertThat(server.streamsOpened).hasValue(0);
        assertThat(server.streamsClosed).hasValue(1);
    }

    @Test
    void shouldFindRoutesByPatternAndDecodeOnce() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/items/a%2541/parts/%C3%A4"));
            assertThat(client.answer().body()).isEqualTo("a%41|\u00e4");
            client.send(
                    "GET http://localhost:99/items/a/parts/b?x HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo("a|b");
            client.send(get("/items/a/parts/b/"));
            assertThat(client.answer().body()).isEqualTo("a|b");
            client.send(get("/%66ast"));
            assertThat(client.answer().body()).isEqualTo("/fast");
            for (final String path :
                    new String[] {
                        "/items//parts/b",
                        "/items/a/parts",
                        "/items/a/parts/b//",
                        "/items/../parts",
                        "//fast",
                        "/fast//",
                        "/../fast",
                        "/%2e%2e/fast",
                        "/fast;a",
                        "/fast\\x"
                    }) {
                assertThat(client.send(get(path)).answer().status()).as(path).isEqualTo(404);
            }
            for (final String path :
                    new String[] {
                        "/items/a%2fb/parts/c",
                        "/fast%00",
                        "/fast%0a",
                        "/%5cfast",
                        "/%c0%af",
                        "/%",
                        "/%4",
                        "/%zz",
                        "/%ed%a0%80"
                    }) {
                assertThat(client.send(get(path)).answer().status()).as(path).isEqualTo(400);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsTooLong() throws IOException {
        final String line = "GET /" + "a".repeat(4_096 - "GET / HTTP/1.1".length());
        assertStatusAndClose(
                404, line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertStatusAndClose(414, line + "a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertStatusAndClose(414, "GET /" + "a".repeat(100_000));
        final int rest = 8_192 - "Host: localhostConnection: closeA: ".length();
        final String head = "GET /fast HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nA: ";
        assertStatusAndClose(200, head + "a".repeat(rest) + "\r\n\r\n");
        assertStatusAndClose(431, head + "a".repeat(rest + 1) + "\r\n\r\n");
        assertStatusAndClose(431, head + "a".repeat(100_000));
        assertStatusAndClose(200, head + "a\r\n" + "B: c\r\n".repeat(97) + "\r\n");
        assertStatusAndClose(431, head + "a\r\n" + "B: c\r\n".repeat(98) + "\r\n");
    }

    private void assertStatusAndClose(final int status, final String request) throws IOException {
        try (RawClient client = server.connect()) {
            client.send(request);
            assertThat(client.answer().status()).isEqualTo(status);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void shouldAnswer500WhenARouteThrows() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/broken") + get("/fast"));
            assertThat(client.answer().status()).isEqualTo(500);
            assertThat(client.answer().body()).isEqualTo("/fast");
        }
    }

    @Test
    void shouldHandAConnectionOverWhenItIsTheStreamsTurn() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/slow") + get("/stream") + get("/fast") + "more");
            assertThat(client.answer().body()).isEqualTo("/slow");
            assertThat(client.answer().header("content-type")).isEqualTo("text/event-stream");
            assertThat(client.line()).isEqualTo("data: hello");
            await().until(
                            () ->
                                    String.join("", server.streamInbound)
                                            .equals(get("/fast") + "more"));
            assertThat(server.seen).hasSize(1);
        }
        await().untilAtomic(server.streamsClosed, org.hamcrest.Matchers.is(1));
    }

    @Test
    void shouldTellTheStreamItsEndWhenTheClientIsGoneBeforeItsTurn() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/hold") + get("/stream"));
            await().until(() -> !server.held.isEmpty());
            client.reset();
        }
        final boolean isNoticed = transport != Transport.NIO; // which looks when it reads or writes
        if (!isNoticed) {
            server.release();
        }
        await().untilAtomic(server.streamsClosed, org.hamcrest.Matchers.is(1));
        assertThat(server.streamsOpened).hasValue(isNoticed ? 0 : 1);
        server.release(); // to nobody
    }

    @Test
    void shouldSendLargeAnswersInOrderToASlowClient() throws IOException {
        try (RawClient client = server.connect()) {
            client.send((get("/large") + get("/slow") + get("/large") + get("/empty")).repeat(30));
            for (int i = 0; i < 30; i++) {
                assertThat(client.answer().body()).hasSize(300_000);
                assertThat(client.answer().body()).isEqualTo("/slow");
                assertThat(client.answer().body()).hasSize(300_000);
                assertThat(client.answer().status()).isEqualTo(204);
            }
        }
    }

    @Test
    void shouldDrain() throws Exception {
        try (RawClient idle = server.connect();
                RawClient busy = server.connect();
                RawClient streaming = server.connect()) {
            idle.send(get("/fast"));
            assertThat(idle.answer().status()).isEqualTo(200);
            streaming.send(get("/stream"));
            assertThat(streaming.answer().status()).isEqualTo(200);
            busy.send(get("/hold?n=1") + get("/hold?n=2"));
            await().until(() -> server.held.size() == 2);
            server.server.stopAccepting();
            final java.util.concurrent.CompletableFuture<Void> drained = server.server.drain();
            assertThat(idle.isClosed()).isTrue();
            busy.send(get("/fast"));
            assertThat(drained).isNotDone();
            server.release();
            assertThat(busy.answer().header("connection")).isEmpty();
            assertThat(busy.answer().header("connection")).isEqualTo("close");
            assertThat(busy.isClosed()).isTrue();
            busy.halfClose();
            idle.halfClose();
            drained.get(5, TimeUnit.SECONDS);
            assertThat(streaming.line()).isEqualTo("data: hello");
        }
    }
}
