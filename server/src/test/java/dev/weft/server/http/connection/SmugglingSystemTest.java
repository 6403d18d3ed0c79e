package dev.weft.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two implementations may cut at different places. Each is followed by a second
 * request that nobody may ever see: the answer is one refusal and the end of the connection.
 */
@Timeout(60)
class SmugglingSystemTest {
    private static final String HIDDEN = "GET /fast?n=hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String POST = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
    private static final String GET = "GET /fast HTTP/1.1\r\nHost: localhost\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static TestHttpServer server;

    @BeforeAll
    static void start() {
        server = new TestHttpServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> cases() {
        final List<Arguments> all = new ArrayList<>();
        framing(all);
        chunks(all);
        lines(all);
        names(all);
        requestLines(all);
        return all.stream();
    }

    private static void framing(final List<Arguments> all) {
        bad(
                all,
                "length and chunked",
                POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "chunked and length",
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "chunked twice",
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "chunked twice in one line",
                POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "chunked and identity",
                POST
                        + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n");
        bad(all, "identity", POST + "Transfer-Encoding: identity\r\n\r\n");
        bad(
                all,
                "identity and length",
                POST + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n");
        bad(all, "gzip before chunked", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
        bad(all, "chunked not last", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
        bad(all, "unknown coding", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
        bad(all, "coding in quotes", POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n");
        bad(all, "coding with parameter", POST + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n");
        bad(all, "empty coding", POST + "Transfer-Encoding:\r\n\r\n");
        bad(all, "coding with comma", POST + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "coding behind a vertical tab",
                POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "coding with a letter beyond ASCII",
                POST + "Transfer-Encoding: chun\u212aed\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "chunked on 1.0",
                "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        bad(all, "two lengths", POST + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n");
        bad(all, "the same length twice", POST + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n");
        bad(
                all,
                "two lengths on 1.0",
                "POST /echo HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n");
        bad(all, "two lengths in one line", POST + "Content-Length: 0, 0\r\n\r\n");
        bad(all, "length with plus", POST + "Content-Length: +3\r\n\r\nabc");
        bad(all, "length with minus", POST + "Content-Length: -1\r\n\r\n");
        bad(all, "length with space", POST + "Content-Length: 3 0\r\n\r\nabc");
        bad(all, "length in hexadecimal", POST + "Content-Length: 0x3\r\n\r\nabc");
        bad(all, "length with underscore", POST + "Content-Length: 1_0\r\n\r\nabc");
        bad(all, "length with point", POST + "Content-Length: 3.0\r\n\r\nabc");
        bad(all, "empty length", POST + "Content-Length:\r\n\r\n");
        bad(all, "length beyond long", POST + "Content-Length: 9223372036854775808\r\n\r\n");
        bad(all, "length that wraps", POST + "Content-Length: 18446744073709551619\r\n\r\nabc");
        bad(all, "length with NUL", POST + "Content-Length: 3\u0000\r\n\r\nabc");
        bad(
                all,
                "body of a WebSocket draft",
                GET
                        + "Upgrade: WebSocket\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n12345678");
        bad(all, "no Host", "GET /fast HTTP/1.1\r\n\r\n");
        bad(all, "two Hosts", GET + "Host: localhost\r\n\r\n");
        bad(all, "Host with user", "GET /fast HTTP/1.1\r\nHost: a@localhost\r\n\r\n");
        bad(all, "Host with path", "GET /fast HTTP/1.1\r\nHost: localhost/x\r\n\r\n");
        bad(all, "Host with space", "GET /fast HTTP/1.1\r\nHost: local host\r\n\r\n");
    }

    private static void chunks(final List<Arguments> all) {
        bad(all, "extension with bare LF", CHUNKED + "1;a\nb\r\nx\r\n0\r\n\r\n");
        bad(all, "extension with open quote", CHUNKED + "1;a=\"b\r\nx\r\n0\r\n\r\n");
        bad(all, "extension with line end in quotes", CHUNKED + "1;a=\"\r\nx\"\r\n0\r\n\r\n");
        bad(all, "extension with CR", CHUNKED + "1;a\rb\r\nx\r\n0\r\n\r\n");
        bad(all, "size overflows", CHUNKED + "100000000\r\nx\r\n0\r\n\r\n");
        bad(all, "size overflows a long", CHUNKED + "10000000000000001\r\nx\r\n0\r\n\r\n");
        bad(all, "size is negative", CHUNKED + "-1\r\nx\r\n0\r\n\r\n");
        bad(all, "size with plus", CHUNKED + "+1\r\nx\r\n0\r\n\r\n");
        bad(all, "size in C style", CHUNKED + "0x1\r\nx\r\n0\r\n\r\n");
        bad(all, "size with leading space", CHUNKED + " 1\r\nx\r\n0\r\n\r\n");
        bad(all, "size with trailing space", CHUNKED + "1 \r\nx\r\n0\r\n\r\n");
        bad(all, "size with underscore", CHUNKED + "1_0\r\nx\r\n0\r\n\r\n");
        bad(all, "no size", CHUNKED + "\r\nx\r\n0\r\n\r\n");
        bad(all, "only an extension", CHUNKED + ";a=b\r\nx\r\n0\r\n\r\n");
        bad(all, "no hexadecimal digit", CHUNKED + "g\r\nx\r\n0\r\n\r\n");
        bad(all, "size ended by bare LF", CHUNKED + "1\nx\r\n0\r\n\r\n");
        bad(all, "data ended by bare LF", CHUNKED + "1\r\nx\n0\r\n\r\n");
        bad(all, "data longer than its size", CHUNKED + "1\r\nxy\r\n0\r\n\r\n");
        bad(all, "data shorter than its size", CHUNKED + "3\r\nx\r\n0\r\n\r\n");
        bad(all, "trailer ended by bare LF", CHUNKED + "0\r\nA: b\n\r\n");
        bad(all, "trailer without colon", CHUNKED + "0\r\nabc\r\n\r\n");
    }

    private static void lines(final List<Arguments> all) {
        bad(all, "folded header", GET + "A: b\r\n c\r\n\r\n");
        bad(all, "header folded by a tab", GET + "A: b\r\n\tc\r\n\r\n");
        bad(all, "folded length", POST + "Content-Length:\r\n 0\r\n\r\n");
        bad(all, "folded coding", POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n");
        bad(
                all,
                "first header begins with a space",
                "GET /fast HTTP/1.1\r\n Host: localhost\r\n\r\n");
        bad(all, "header ended by bare LF", GET + "A: b\nC: d\r\n\r\n");
        bad(all, "request line ended by bare LF", "GET /fast HTTP/1.1\nHost: localhost\r\n\r\n");
        bad(all, "head ended by bare LF", GET + "A: b\r\n\n");
        bad(all, "all ended by bare LF", "GET /fast HTTP/1.1\nHost: localhost\n\n");
        bad(all, "bare CR in a value", GET + "A: b\rC: d\r\n\r\n");
        bad(all, "bare CR in a name", GET + "A\r: b\r\n\r\n");
        bad(all, "header ended by bare CR", GET + "A: b\rTransfer-Encoding: chunked\r\n\r\n");
    }

    private static void names(final List<Arguments> all) {
        bad(all, "space before colon", POST + "Content-Length : 0\r\n\r\n");
        bad(
                all,
                "space before colon of the coding",
                POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n");
        bad(all, "tab before colon", POST + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n");
        bad(all, "no colon", GET + "Abc\r\n\r\n");
        bad(all, "no name", GET + ": abc\r\n\r\n");
        bad(all, "NUL in name", POST + "Content-Le\u0000ngth: 0\r\n\r\n");
        bad(all, "name with a space inside", GET + "A b: c\r\n\r\n");
        bad(all, "name with a letter beyond ASCII", GET + "\u00c4: c\r\n\r\n");
        bad(all, "name with a slash", GET + "A/b: c\r\n\r\n");
        bad(all, "name with DEL", GET + "A\u007f: c\r\n\r\n");
        bad(all, "NUL in value", GET + "A: b\u0000c\r\n\r\n");
        bad(all, "value with a control character", GET + "A: b\u0001c\r\n\r\n");
    }

    private static void requestLines(final List<Arguments> all) {
        bad(all, "HTTP/0.9", "GET /fast\r\n\r\n");
        bad(all, "two spaces before the target", "GET  /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "two spaces before the version", "GET /fast  HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "tab in the request line", "GET\t/fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "CR in the request line", "GET\r/fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "space at the begin", " GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "space at the end", "GET /fast HTTP/1.1 \r\nHost: localhost\r\n\r\n");
        bad(all, "space in the target", "GET /fa st HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "NUL in the target", "GET /fast\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(
                all,
                "letter beyond ASCII in the target",
                "GET /f\u00e4st HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "method with a colon", "G:ET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "version in small letters", "GET /fast http/1.1\r\nHost: localhost\r\n\r\n");
        bad(all, "version with more digits", "GET /fast HTTP/1.10\r\nHost: localhost\r\n\r\n");
        bad(
                all,
                "something behind the version",
                "GET /fast HTTP/1.1 HTTP/1.0\r\nHost: localhost\r\n\r\n");
        bad(all, "no version number", "GET /fast HTTP/\r\nHost: localhost\r\n\r\n");
        bad(all, "target without slash", "GET fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bad(
                all,
                "bytes of TLS",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n");
        bad(
                all,
                "control character at the begin",
                "\u0001GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private static void bad(final List<Arguments> all, final String name, final String request) {
        all.add(Arguments.of(name, request));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void shouldRefuseAndCloseAndSeeNothingBehind(final String name, final String request)
            throws IOException {
        server.seen.clear();
        for (final boolean inOneGo : new boolean[] {true, false}) {
            try (RawClient client = server.connect()) {
                sendAll(client, request + HIDDEN, inOneGo);
                assertThat(client.answer().status()).isEqualTo(400);
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.seen).doesNotContain("GET /fast");
    }

    /** In one go, or cut in the middle and just before the end of the first request. */
    private static void sendAll(final RawClient client, final String text, final boolean inOneGo)
            throws IOException {
        if (inOneGo) {
            client.send(text);
            return;
        }
        final int end = text.length() - HIDDEN.length();
        try {
            client.send(text.substring(0, end / 2));
            client.send(text.substring(end / 2, end - 1));
            client.send(text.substring(end - 1));
        } catch (final IOException ex) {
            assertThat(ex).hasMessageContaining("Broken pipe"); // refused before all was sent
        }
    }

    @Test
    void shouldHaveEnoughCases() {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(60);
    }

    @Test
    void shouldAnswerOtherProtocolsAndClose() throws IOException {
        assertStatus(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assertStatus(505, "GET /fast HTTP/1.2\r\nHost: localhost\r\n\r\n");
        assertStatus(505, "GET /fast HTTP/2.0\r\nHost: localhost\r\n\r\n");
        assertStatus(405, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private static void assertStatus(final int status, final String request) throws IOException {
        server.seen.clear();
        try (RawClient client = server.connect()) {
            client.send(request + HIDDEN);
            assertThat(client.answer().status()).isEqualTo(status);
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.seen).isEmpty();
    }

    @Test
    void shouldTakeWhatOnlyLooksOdd() throws IOException {
        assertBody("abc", POST + "content-length: 3\r\n\r\nabc");
        assertBody("abc", POST + "CONTENT-LENGTH:3\t\r\n\r\nabc");
        assertBody("abc", POST + "Content-Length: 003\r\n\r\nabc");
        assertBody("abc", POST + "Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        assertBody("abc", CHUNKED + "00000003;a=b;c=\"d;e\"\r\nabc\r\n000\r\nA: b\r\n\r\n");
        assertBody("  a", CHUNKED + "3\r\n  a\r\n0\r\n\r\n");
        assertBody("\r\n ", POST + "Content-Length: 3\r\n\r\n\r\n ");
        assertBody("", POST + "Content-Length: 0\r\n\r\n\r\n\r\n");
    }

    private static void assertBody(final String body, final String request) throws IOException {
        try (RawClient client = server.connect()) {
            client.send(request + HIDDEN);
            assertThat(client.answer().body()).isEqualTo(body);
            assertThat(client.answer().body()).isEqualTo("/fasthidden");
        }
    }
}
