package dev.weft.server.harness;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SseClientTest {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void shouldGiveUpWhenNothingButCommentsComes() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            final Thread server = new Thread(() -> comment(listener), "comments");
            server.setDaemon(true);
            server.start();
            try (SseClient client =
                    new SseClient(
                            (InetSocketAddress) listener.getLocalSocketAddress(),
                            "/events/stream",
                            null,
                            Duration.ofMillis(300))) {
                assertThatThrownBy(client::next)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("nothing but comments");
            }
        }
    }

    private static void comment(final ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
            while (!listener.isClosed()) {
                socket.getOutputStream()
                        .write("3\r\n:\n\n\r\n".getBytes(StandardCharsets.US_ASCII));
                LockSupport.parkNanos(10_000_000);
            }
        } catch (final IOException ignored) {
            // The client has gone.
        }
    }
}
