package dev.weft.server.http.connection;

import static dev.weft.server.http.connection.TestHttpServer.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.Transports;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that do not end as they should leave nothing behind. */
@Timeout(60)
@OnEachTransport
class BrokenRequestSystemTest {
    private static final OriginRules ORIGINS = new OriginRules(true, List.of());
    private final TestHttpServer server;

    BrokenRequestSystemTest(final Transport transport) {
        server = new TestHttpServer(Transports.assumed(transport));
    }

    /** How a body does not come to its end. */
    private enum End {
        HALF_CLOSE,
        MALFORMED,
        SILENCE,
        RESET
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1", "Transfer-Encoding: chunked"})
    void shouldRefuseAStreamToARequestWithABody(final String header) throws IOException {
        for (final String method : new String[] {"GET", "HEAD"}) {
            try (RawClient client = server.connect()) {
                client.send(
                        method + " /stream HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n");
                assertThat(client.answer(method.equals("HEAD")).status()).isEqualTo(400);
                client.halfClose();
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.streamsOpened).hasValue(0);
        assertThat(server.streamsClosed).hasValue(2);
    }

    @Test
    void shouldTakeABodyOfLengthZeroForNone() throws IOException {
        try (RawClient client = server.connect()) {
            client.send("GET /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        await().untilAtomic(server.streamsClosed, Matchers.is(1));
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndARequestForAStreamWhoseBodyDoesNot(final End end) throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    get("/fast")
                            + get("/hold")
                            + "GET /stream HTTP/1.1\r\nHost: localhost\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n5\r\na");
            await().untilAtomic(server.streamsClosed, Matchers.is(1));
            end(client, end);
            server.release();
            await().until(() -> server.counters.connectionsClosed.get() == 1);
        }
        assertThat(server.streamsOpened).hasValue(0);
        assertThat(server.streamsClosed).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReleaseAnEarlyAnswerWhoseTurnDidNotCome(final End end) throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    get("/fast")
                            + get("/hold")
                            + "POST /refuse-large HTTP/1.1\r\nHost: localhost\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n5\r\na");
            await().until(() -> !server.largeBodies.isEmpty());
            end(client, end);
            server.release();
            await().until(() -> server.counters.connectionsClosed.get() == 1);
        }
        assertThat(server.largeBodies).extracting(ReferenceCounted::refCnt).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellTheRouteOnceThatABodyDidNotEnd(final End end) throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na");
            await().until(() -> server.bodyLength.get() == 1);
            end(client, end);
            await().until(() -> server.counters.connectionsClosed.get() == 1);
        }
        assertThat(server.aborts).hasValue(1);
    }

    /** Ends a chunk of five bytes after its first one. */
    private void end(final RawClient client, final End end) throws IOException {
        switch (end) {
            case HALF_CLOSE -> client.halfClose();
            case MALFORMED -> client.send("bcde\r\nno length\r\n").halfClose();
            case SILENCE -> {
                server.pass(0);
                server.pass(31);
                server.pass(31);
                client.halfClose();
            }
            case RESET -> client.reset();
        }
    }

    @Test
    void shouldEndAStreamWhoseClientClosedItsSideBeforeItsTurn() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(get("/hold") + get("/stream"));
            client.halfClose();
            await().until(() -> !server.held.isEmpty());
            await().pollDelay(100, TimeUnit.MILLISECONDS).until(() -> true); // its end is seen
            server.release();
            assertThat(client.answer().body()).isEqualTo("/hold");
            await().untilAtomic(server.streamsClosed, Matchers.is(1));
        }
        assertThat(server.streamsClosed).hasValue(1);
    }

    @Test
    void shouldGoOnSendingAfterOneConnectionFailedTo() throws IOException {
        final LoopContext context = server.context();
        context.loop
                .submit( // without a channel
                        () -> context.flushLater(new HttpConnection(context, ORIGINS)))
                .syncUninterruptibly();
        try (RawClient client = server.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(get("/slow")).answer().body()).isEqualTo("/slow");
            }
        }
    }

    @Test
    void shouldSendWhatIsBehindAConnectionThatFailedInTheSameTurn() throws IOException {
        final LoopContext context = server.context();
        try (RawClient client = server.connect()) {
            client.send(get("/hold"));
            await().until(() -> !server.held.isEmpty());
            context.loop
                    .submit(
                            () -> {
                                context.flushLater(new HttpConnection(context, ORIGINS));
                                server.release(); // the loop's next task, before it flushes
                            })
                    .syncUninterruptibly();
            assertThat(client.answer().body()).isEqualTo("/hold");
        }
    }

    @Test
    void shouldAnswerAProblemWithItsOwnHeaderLines() throws IOException {
        try (RawClient client = server.connect()) {
            final RawClient.Answer answer = client.send(get("/later")).answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isEqualTo("7");
            assertThat(answer.body()).contains("\"detail\":\"a \\\"quoted\\\" reason\"");
        }
    }
}
