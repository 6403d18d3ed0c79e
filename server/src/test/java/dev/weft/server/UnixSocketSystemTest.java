package dev.weft.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.Transports;
import dev.weft.server.harness.UnixClient;
import dev.weft.server.http.connection.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same protocol on a Unix domain socket, beside TCP. */
@Timeout(60)
@OnEachTransport
class UnixSocketSystemTest {
    private static final String JSON = "Content-Type: application/json\r\n";

    private final Transport transport;
    @TempDir Path directory;
    private Path base;
    private Path socket;

    UnixSocketSystemTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
    }

    @BeforeEach
    void makeDirectory() throws IOException {
        base = Files.createTempDirectory("weft"); // a short one: the kernel takes 107 bytes
        socket = base.resolve("socket");
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        Files.deleteIfExists(socket);
        Files.delete(base);
    }

    private WeftServer start(final String... more) {
        final Map<String, String> settings = new HashMap<>();
        settings.put("transport", transport.toString());
        settings.put("unix-socket", socket.toString());
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return WeftServer.start(directory, settings);
    }

    @Test
    void shouldCarryEventsBothWays() throws Exception {
        try (WeftServer server = start();
                UnixClient publisher = new UnixClient(socket);
                UnixClient follower = new UnixClient(socket);
                HttpClient tcpPublisher = server.connect();
                SseClient tcpFollower = server.subscribe("/events/stream")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-rw----");
            follower.send("GET /events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            follower.readUntil("retry: ");
            publisher.post("{\"type\":\"a\"}", JSON);
            assertThat(publisher.readUntil("\"type\":\"a\"")).startsWith("HTTP/1.1 200 ");
            assertThat(tcpFollower.next().sequence()).isEqualTo(1);
            assertThat(tcpPublisher.post("{\"type\":\"b\"}").number("seq")).isEqualTo(2);
            assertThat(follower.readUntil("\"type\":\"b\"")).contains("id: 1\n", "id: 2\n");
        }
        assertThat(socket).as("taken away at the stop").doesNotExist();
    }

    @Test
    void shouldOpenAWebSocket() throws Exception {
        try (WeftServer server = start();
                UnixClient client = new UnixClient(socket)) {
            client.send("GET /events/ws?after=0 HTTP/1.1\r\nHost: x\r\n");
            client.send("Connection: Upgrade\r\nUpgrade: websocket\r\n");
            client.send("Sec-WebSocket-Version: 13\r\n");
            client.send("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            client.readUntil("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            try (HttpClient publisher = server.connect()) {
                publisher.post("{\"type\":\"a\"}");
            }
            client.readUntil("\"type\":\"a\"");
        }
    }

    @Test
    void shouldNotMindTheHostThere() throws Exception {
        final String request = "GET /health HTTP/1.1\r\nHost: any.example\r\n\r\n";
        try (WeftServer server = start();
                UnixClient client = new UnixClient(socket);
                HttpClient tcp = server.connect()) {
            client.send(request);
            client.readUntil("HTTP/1.1 200 ");
            tcp.sendRaw(request);
            assertThat(tcp.answer().status()).isEqualTo(421);
        }
    }

    @Test
    void shouldAskForAKeyThereToo() throws Exception {
        final Path keys = directory.resolve("keys");
        Files.writeString(keys, "0123456789abcdef-secret\n");
        try (WeftServer server = start("api-keys-file", keys.toString());
                UnixClient client = new UnixClient(socket)) {
            client.post("{\"type\":\"a\"}", JSON);
            client.readUntil("HTTP/1.1 401 ");
            client.post("{\"type\":\"a\"}", JSON + "X-API-Key: 0123456789abcdef-secret\r\n");
            client.readUntil("HTTP/1.1 200 ");
            assertThat(server.weft().head()).isEqualTo(1);
        }
    }

    @Test
    void shouldLoseNothingForAReaderThatStops() throws Exception {
        final int count = 2_000;
        try (WeftServer server = start();
                UnixClient client = new UnixClient(socket);
                HttpClient publisher = server.connect()) {
            client.send("GET /events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.readUntil("retry: ");
            final String event = "{\"type\":\"t\",\"data\":\"" + "x".repeat(10_000) + "\"}";
            final String array = "[" + (event + ",").repeat(99) + event + "]";
            for (int i = 0; i < count / 100; i++) {
                assertThat(publisher.post(array).status()).isEqualTo(200);
            }
            for (int i = 1; i <= count; i++) {
                client.readUntil("id: " + i + "\n");
            }
            assertThat(server.weft().head()).isEqualTo(count);
        }
    }

    @Test
    void shouldServeCurl() throws Exception {
        final Path curl = Path.of("/usr/bin/curl");
        assumeThat(curl).exists();
        try (WeftServer server = start()) {
            final Process process =
                    new ProcessBuilder(
                                    curl.toString(),
                                    "--silent",
                                    "--show-error",
                                    "--unix-socket",
                                    socket.toString(),
                                    "--json",
                                    "{\"type\":\"a\"}",
                                    "http://weft/events")
                            .redirectErrorStream(true)
                            .start();
            final String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(answer).startsWith("{\"seq\":1,");
            assertThat(server.weft().head()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotTakeTheSocketOfAnotherServer(@TempDir final Path second) throws Exception {
        try (WeftServer server = start();
                UnixClient client = new UnixClient(socket)) {
            assertThatThrownBy(
                            () ->
                                    WeftServer.start(
                                            second, Map.of("unix-socket", socket.toString())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is in use by another process");
            client.post("{\"type\":\"a\"}", JSON);
            client.readUntil("HTTP/1.1 200 ");
            assertThat(server.weft().head()).isEqualTo(1);
        }
    }
}
