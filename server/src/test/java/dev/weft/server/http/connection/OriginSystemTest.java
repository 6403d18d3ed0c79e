package dev.weft.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.http.RequestGuard;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may use the server, in all combinations that a browser sends. */
@Timeout(60)
class OriginSystemTest {
    private static final String LISTED = "https://app.example";
    private TestHttpServer server = new TestHttpServer();

    private void restart(final boolean loopbackOnly, final String... origins) {
        server.close();
        server =
                new TestHttpServer(
                        TransportSelection.best().transport(),
                        new OriginRules(loopbackOnly, List.of(origins)),
                        RequestGuard.OPEN,
                        table -> {});
    }

    @AfterEach
    void close() {
        server.close();
    }

    private RawClient.Answer ask(final String requestLine, final String... headers)
            throws IOException {
        try (RawClient client = server.connect()) {
            client.send(
                    requestLine
                            + " HTTP/1.1\r\n"
                            + String.join("\r\n", headers)
                            + "\r\nContent-Length: 0\r\n\r\n");
            return client.answer();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost",
                "localhost:8765",
                "127.0.0.1",
                "127.0.0.1:80",
                "127.1.2.3:9",
                "[::1]",
                "[::1]:8765"
            })
    void shouldAnswerWhenTheHostIsLoopback(final String host) throws IOException {
        assertThat(ask("GET /fast", "Host: " + host).status()).isEqualTo(200);
        assertThat(ask("GET http://" + host + "/fast", "Host: " + host).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8765",
                "localhost.evil.example",
                "localhost.",
                "127.0.0.1.evil.example",
                "127.evil",
                "0.0.0.0",
                "[::]",
                "[::1].evil",
                "192.168.0.1",
                "",
                ":8765",
                "localhost:1:2"
            })
    void shouldRefuseWhenTheHostIsNotLoopback(final String host) throws IOException {
        assertThat(ask("GET /fast", "Host: " + host).status()).isEqualTo(421);
        assertThat(ask("GET http://evil.example/fast", "Host: localhost").status()).isEqualTo(421);
        assertThat(server.seen).isEmpty();
    }

    @Test
    void shouldTakeEveryHostWhenItListensBeyondLoopback() throws IOException {
        restart(false);
        assertThat(ask("GET /fast", "Host: weft.example").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        // origin, sec-fetch-site, status of POST
        "'', '', 200",
        "'', none, 200",
        "'', same-origin, 200",
        "'', cross-site, 403",
        "https://app.example, cross-site, 200",
        "https://app.example, '', 200",
        "https://evil.example, cross-site, 403",
        "https://evil.example, '', 403",
        "https://app.example.evil, cross-site, 403",
        "https://app.example:444, cross-site, 403",
        "http://app.example, cross-site, 403",
        "https://APP.example, cross-site, 403",
        "null, cross-site, 403",
        "null, '', 403",
        "http://localhost:8765, same-origin, 200",
        "http://localhost:8766, same-site, 403"
    })
    void shouldLetOnlyListedPagesPublish(final String origin, final String site, final int status)
            throws IOException {
        restart(true, LISTED);
        final String originLine = origin.isEmpty() ? "A: b" : "Origin: " + origin;
        final String siteLine = site.isEmpty() ? "A: b" : "Sec-Fetch-Site: " + site;
        final String host = "Host: localhost:8765";
        final RawClient.Answer answer = ask("POST /echo", host, originLine, siteLine);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(ask("GET /fast", host, originLine, siteLine).status()).isEqualTo(200);
        assertThat(ask("GET /fast", host, originLine, siteLine, "Upgrade: websocket").status())
                .isEqualTo(status);
        final boolean isListed = origin.equals(LISTED);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(isListed ? LISTED : "");
        assertThat(answer.header("access-control-expose-headers"))
                .isEqualTo(
                        isListed
                                ? "Weft-Seq, Weft-Durability, Weft-Duplicate, Weft-Subscriber"
                                : "");
        assertThat(answer.header("vary")).contains("Origin");
        assertThat(answer.header("access-control-allow-credentials")).isEmpty();
    }

    @Test
    void shouldTellNothingAboutOriginsWhenNoneIsConfigured() throws IOException {
        final RawClient.Answer answer = ask("GET /fast", "Host: localhost", "Origin: " + LISTED);
        assertThat(answer.headers()).doesNotContainKeys("access-control-allow-origin", "vary");
    }

    @Test
    void shouldLetEveryPageReadWhenAllAreAllowed() throws IOException {
        restart(true, "*");
        final RawClient.Answer answer = ask("POST /echo", "Host: localhost", "Origin: null");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(answer.header("access-control-allow-credentials")).isEmpty();
    }

    @Test
    void shouldPutCorsLinesIntoStreamsAndProblems() throws IOException {
        restart(true, LISTED);
        assertThat(
                        ask("GET /stream", "Host: localhost", "Origin: " + LISTED)
                                .header("access-control-allow-origin"))
                .isEqualTo(LISTED);
        assertThat(
                        ask("GET /none", "Host: localhost", "Origin: " + LISTED)
                                .header("access-control-allow-origin"))
                .isEqualTo(LISTED);
    }

    @Test
    void shouldAnswerPreflights() throws IOException {
        restart(true, LISTED);
        final String host = "Host: localhost";
        final String method = "Access-Control-Request-Method: POST";
        final RawClient.Answer allowed = ask("OPTIONS /echo", host, "Origin: " + LISTED, method);
        assertThat(allowed.status()).isEqualTo(204);
        assertThat(allowed.header("access-control-allow-origin")).isEqualTo(LISTED);
        assertThat(allowed.header("access-control-allow-methods")).contains("POST");
        assertThat(allowed.header("access-control-allow-headers"))
                .contains("X-API-Key")
                .contains("Last-Event-ID");
        assertThat(allowed.header("access-control-max-age")).isEqualTo("600");

        final RawClient.Answer foreign =
                ask("OPTIONS /echo", host, "Origin: https://evil.example", method);
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.header("access-control-allow-origin")).isEmpty();
        final RawClient.Answer intoPrivate =
                ask(
                        "OPTIONS /echo",
                        host,
                        "Origin: " + LISTED,
                        method,
                        "Access-Control-Request-Private-Network: true");
        assertThat(intoPrivate.status()).isEqualTo(403);
    }
}
