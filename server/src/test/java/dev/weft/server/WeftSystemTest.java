package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WeftSystemTest {
    private static final int DURABLE_PUBLISHES = 10;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"shared,1", "shared,2", "dedicated,1", "dedicated,2"})
    void shouldTakeAnEventToItsSubscriberAndKeepItOverARestart(
            final String threading, final String ioThreads) throws Exception {
        final Map<String, String> settings =
                Map.of("threading", threading, "io-threads", ioThreads);
        try (WeftServer server = WeftServer.start(directory, settings);
                HttpClient publisher = server.connect();
                SseClient live = server.subscribe("/events/stream")) {
            final HttpClient.Answer answer =
                    publisher.post("{\"type\":\"hello\",\"data\":{\"n\":1}}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.number("seq")).isEqualTo(1);
            final SseClient.Frame frame = live.next();
            assertThat(frame).isNotNull();
            assertThat(frame.sequence()).isEqualTo(1);
            assertThat(frame.data()).isEqualTo(answer.body());
            final HttpClient.Answer durable =
                    publisher.post(
                            "/events?durability=durable",
                            "{\"type\":\"hello\",\"id\":\"mine\"}",
                            "Content-Type: application/json\r\n");
            assertThat(durable.status()).isEqualTo(200);
            assertThat(live.next().sequence()).isEqualTo(2);
        }
        try (WeftServer server = WeftServer.start(directory, settings);
                HttpClient publisher = server.connect();
                SseClient all = server.subscribe("/events/stream?replay=all")) {
            assertThat(all.next().sequence()).isEqualTo(1);
            assertThat(all.next().sequence()).isEqualTo(2);
            final HttpClient.Answer repeated =
                    publisher.post("{\"type\":\"hello\",\"id\":\"mine\"}");
            assertThat(repeated.headers()).containsEntry("weft-duplicate", "true");
            assertThat(repeated.number("seq")).isEqualTo(2);
            assertThat(publisher.post("{\"type\":\"next\"}").number("seq")).isEqualTo(3);
            assertThat(all.next().sequence()).isEqualTo(3);
        }
    }

    /** The thread that forces parks up to a second; no publish waits for that. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldForceAtOnceWhenADurablePublishWaits(final String threading) throws Exception {
        try (WeftServer server = WeftServer.start(directory, Map.of("threading", threading));
                HttpClient publisher = server.connect()) {
            final long startNs = System.nanoTime();
            for (int i = 0; i < DURABLE_PUBLISHES; i++) {
                final HttpClient.Answer answer =
                        publisher.post(
                                "/events?durability=durable",
                                "{\"type\":\"hello\"}",
                                "Content-Type: application/json\r\n");
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - startNs))
                    .isLessThan(Duration.ofSeconds(DURABLE_PUBLISHES / 2));
        }
    }
}
