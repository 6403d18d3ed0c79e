package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the program ends: told to, or because it may not start. */
@Timeout(60)
class StopSystemTest {
    private static final int PUBLISHERS = 3;
    private static final int STREAMS = 5;
    private static final int PIPELINED = 16;

    @TempDir Path base;

    @ParameterizedTest
    @CsvSource({
        "shared,EPOLL",
        "dedicated,EPOLL",
        "shared,NIO",
        "shared,IO_URING",
        "dedicated,IO_URING"
    })
    void shouldAnswerWhatItTookAndEndStreamsWithAHintWhenTold(
            final String threading, final Transport transport) throws Exception {
        final String[] options = {
            "--threading", threading, "--transport", Transports.assumed(transport).toString()
        };
        final Path log = base.resolve("log");
        final AtomicLong answered = new AtomicLong();
        final List<Thread> publishers = new ArrayList<>();
        final List<RawStream> streams = new ArrayList<>();
        try (ChildServer server = ChildServer.start(base.resolve("journal"), log, options)) {
            for (int i = 0; i < STREAMS; i++) {
                streams.add(new RawStream(server));
            }
            for (int i = 0; i < PUBLISHERS; i++) {
                final Thread thread = new Thread(() -> publish(server, answered));
                thread.start();
                publishers.add(thread);
            }
            await().until(() -> answered.get() > 300);
            final long startNs = System.nanoTime();
            server.terminate();
            assertThat(server.awaitExit(20)).as(Files.readString(log)).isZero();
            assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(10));
            for (final Thread thread : publishers) {
                thread.join();
            }
        }
        try (ChildServer server = ChildServer.start(base.resolve("journal"), log, options);
                HttpClient client = new HttpClient(server.address())) {
            final HttpClient.Answer health = client.get("/health");
            assertThat(health.number("head"))
                    .as("exactly what was answered is in the journal")
                    .isEqualTo(answered.get());
            assertThat(health.body()).doesNotContain("recovery"); // the stop was clean
        }
        for (final RawStream stream : streams) {
            stream.shouldHaveEndedInOrder(answered.get());
        }
    }

    @Test
    void shouldTellUnfinishedBodiesHowFarTheyGot() throws Exception {
        final Path log = base.resolve("log");
        try (ChildServer server = ChildServer.start(base.resolve("journal"), log);
                HttpClient lines = new HttpClient(server.address());
                HttpClient half = new HttpClient(server.address());
                HttpClient reader = new HttpClient(server.address())) {
            final String chunk = "{\"type\":\"a\"}\n{\"type\":\"b\"}\n";
            lines.send(
                    "POST",
                    "/events",
                    "",
                    "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n");
            lines.sendRaw(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
            half.send("POST", "/events", "", "Content-Length: 100\r\n");
            half.sendRaw("{\"type\"");
            await().until(() -> reader.get("/events/2").status() == 200);
            server.terminate();
            final HttpClient.Answer told = lines.answer();
            assertThat(told.status()).isEqualTo(503);
            assertThat(told.number("accepted")).isEqualTo(2);
            assertThat(told.number("line")).isEqualTo(3);
            assertThat(told.number("last_seq")).isEqualTo(2);
            assertThat(half.answer().status()).isEqualTo(503);
            assertThat(server.awaitExit(20)).as(Files.readString(log)).isZero();
        }
    }

    private static void publish(final ChildServer server, final AtomicLong answered) {
        try (HttpClient client = new HttpClient(server.address())) {
            int waiting = 0;
            while (true) {
                while (waiting < PIPELINED) {
                    client.send(
                            "POST",
                            "/events?durability=durable",
                            "{\"type\":\"load\"}",
                            "Content-Type: application/json\r\n");
                    waiting++;
                }
                if (client.answer().status() != 200) {
                    return;
                }
                answered.incrementAndGet();
                waiting--;
            }
        } catch (final IOException ex) {
            // the server went away: what it answered is counted
        }
    }

    /** Keeps all that comes on a stream, from before the first event to the end. */
    private static final class RawStream {
        private final HttpClient client;
        private final Thread thread;
        private volatile String text = "";
        private volatile boolean endedInOrder;

        RawStream(final ChildServer server) throws IOException {
            client = new HttpClient(server.address());
            assertThat(client.openStream("/events/stream?after=0", null).status()).isEqualTo(200);
            thread =
                    new Thread(
                            () -> {
                                try {
                                    text =
                                            new String(
                                                    client.stream().readAllBytes(),
                                                    StandardCharsets.UTF_8);
                                    endedInOrder = true;
                                } catch (final IOException ex) {
                                    text = ex.toString();
                                }
                            });
            thread.start();
        }

        void shouldHaveEndedInOrder(final long head) throws Exception {
            thread.join();
            client.close();
            assertThat(endedInOrder).as("last chunk came: " + text).isTrue();
            assertThat(text).matches("(?s).*\n\nretry: \\d+\n\n$");
            final String lastFrame = text.substring(text.lastIndexOf("id: "));
            assertThat(lastFrame).startsWith("id: " + head + "\n");
            assertThat(text.split("\nid: ", -1)).hasSize((int) head + 1);
        }
    }

    @Test
    void shouldRefuseADirectoryThatAnotherProcessHas() throws Exception {
        final Path directory = base.resolve("journal");
        try (ChildServer first = ChildServer.start(directory, base.resolve("log"));
                HttpClient client = new HttpClient(first.address())) {
            final Path log = base.resolve("second");
            final Process second = ChildServer.launch(directory, log);
            assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(1);
            assertThat(Files.readString(log))
                    .contains("cannot start")
                    .contains("in use by another process")
                    .contains(directory.toString());
            assertThat(client.post("{\"type\":\"still\"}").status()).isEqualTo(200);
            try (SseClient stream =
                    new SseClient(first.address(), "/events/stream?after=0", null)) {
                assertThat(stream.next().sequence()).isEqualTo(1);
            }
        }
    }
}
