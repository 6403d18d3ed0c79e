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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stream as WebSocket messages, and clients that break the rules. */
@Timeout(60)
@OnEachTransport
class WebSocketSystemTest {
    private final Transport transport;
    @TempDir Path directory;
    private WeftServer server;
    private InetSocketAddress address;
    private HttpClient publisher;

    WebSocketSystemTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
    }

    @BeforeEach
    void start() throws Exception {
        server =
                WeftServer.start(
                        directory,
                        Map.of(
                                "transport",
                                transport.toString(),
                                "keep-alive-interval",
                                "600ms",
                                "cors-origins",
                                "https://app.example"));
        address = server.address();
        publisher = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        publisher.close();
        server.close();
    }

    @Test
    void shouldSendEachEventAsOneTextMessage() throws Exception {
        final String first = publisher.post("{\"type\":\"a\"}").body();
        final String large =
                publisher.post("{\"type\":\"b\",\"data\":\"" + "x".repeat(70_000) + "\"}").body();
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws?after=0")) {
            assertThat(socket.status()).isEqualTo(101);
            assertThat(socket.headers)
                    .containsEntry("upgrade", "websocket")
                    .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(socket.message()).isEqualTo("81 " + first);
            assertThat(socket.message()).isEqualTo("81 " + large);
            final String live = publisher.post("{\"type\":\"c\"}").body();
            assertThat(socket.message()).isEqualTo("81 " + live);
            assertThat(socket.message()).as("server's ping on an idle stream").isEqualTo("89 ");
        }
    }

    @Test
    void shouldTellControlsAsMessages() throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws?after=99")) {
            assertThat(socket.message())
                    .isEqualTo("81 {\"weft.reset\":{\"reason\":\"future\",\"head\":0}}");
        }
    }

    @Test
    void shouldAnswerPingAndClose() throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws")) {
            socket.sendMessage(0x89, "are you there".getBytes(UTF_8));
            assertThat(socket.message()).isEqualTo("8a are you there");
            socket.sendMessage(0x8A, new byte[0]);
            socket.sendMessage(0x88, new byte[] {0x03, (byte) 0xE8});
            assertThat(socket.closeStatus()).isEqualTo(1000);
            assertThat(socket.isEnded()).isTrue();
        }
    }

    @Test
    void shouldSayThatItGoesAwayWhenTheServerStops() throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws");
                StreamSocket events = StreamSocket.get(address, "/events/stream")) {
            events.line("retry: ");
            server.close();
            assertThat(socket.closeStatus()).isEqualTo(1001);
            assertThat(socket.isEnded()).isTrue();
            assertThat(Integer.parseInt(events.line("retry: "))).isBetween(2_000, 5_000);
            assertThat(events.line()).isEmpty();
            assertThat(events.lineOrEnd()).as("the end chunk").isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "unmasked, 8103616263, 1002",
        "reserved bits, c1830000000061 6263, 1002",
        "reserved opcode, 838000000000, 1002",
        "fragmented ping, 098000000000, 1002",
        "long ping, 89fe00800000 0000, 1002",
        "continuation of nothing, 808000000000, 1002",
        "close with half a status, 8881000000 0003, 1002",
        "close with a status that is none, 888200000000 03ed, 1002",
        "text, 818300000000 616263, 1003",
        "binary, 828300000000 616263, 1003",
        "text that is no UTF-8, 818200000000 c328, 1007",
        "too long, 81fe100100000000, 1009",
        "gigabyte, 81ff000000004000000000000000, 1009",
    })
    void shouldEndAClientThatBreaksTheRules(final String what, final String hex, final int status)
            throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws")) {
            socket.sendRaw(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
            assertThat(socket.closeStatus()).as(what).isEqualTo(status);
            assertThat(socket.isEnded()).isTrue();
        }
        assertThat(publisher.post("{\"type\":\"still.here\"}").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-WebSocket-Version: 8, 426",
        "Sec-WebSocket-Version:, 426",
        "Upgrade: h2c, 426",
        "Connection: keep-alive, 426",
        "Sec-WebSocket-Key: dGhl, 400",
        "Sec-WebSocket-Key: not base64 at all!!, 400",
        "Origin: https://evil.example, 403",
        "Origin: https://app.example.evil, 403",
        "Origin: null, 403",
        "Origin: https://app.example, 101",
        "Origin: http://localhost, 101",
    })
    void shouldCheckTheHandshake(final String line, final int status) throws Exception {
        final String name = line.substring(0, line.indexOf(':'));
        final String[] lines = {
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "X: y"
        };
        int at = 4;
        for (int i = 0; i < 4; i++) {
            at = lines[i].startsWith(name + ":") ? i : at;
        }
        lines[at] = line;
        try (StreamSocket socket = StreamSocket.get(address, "/events/ws", lines)) {
            assertThat(socket.status()).isEqualTo(status);
            if (status == 426) {
                assertThat(socket.headers).containsEntry("sec-websocket-version", "13");
            }
        }
    }

    @Test
    void shouldRefuseBadParametersBeforeTheUpgrade() throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws?event_names=true")) {
            assertThat(socket.status()).isEqualTo(400);
        }
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws?category=none")) {
            assertThat(socket.status()).isEqualTo(400);
        }
    }

    @Test
    void shouldOutliveAFloodOfPings() throws Exception {
        try (StreamSocket socket = StreamSocket.webSocket(address, "/events/ws")) {
            for (int i = 0; i < 20_000; i++) { // nobody reads the pongs
                socket.sendMessage(0x89, new byte[100]);
            }
            assertThat(publisher.post("{\"type\":\"calm\"}").status()).isEqualTo(200);
            String message = socket.message();
            while (!message.startsWith("81 ")) {
                message = socket.message();
            }
            assertThat(message).contains("calm");
        }
    }
}
