package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops that sleep: nothing but the sequencer's signal tells them that there is something new. */
@Timeout(60)
class WakeUpSystemTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldBringAnEventToALoopWhereNothingElseHappens(final String threading) throws Exception {
        final Map<String, String> settings =
                Map.of(
                        "threading",
                        threading,
                        "io-threads",
                        "2",
                        "keep-alive-interval",
                        "10m"); // its ticks would bring the event, too: one in 40 s
        final List<SseClient> streams = new ArrayList<>();
        try (WeftServer server = WeftServer.start(directory, settings);
                HttpClient publisher = server.connect()) {
            for (int i = 0; i < 4; i++) { // on both loops
                streams.add(server.subscribe("/events/stream"));
            }
            publisher.post("{\"type\":\"a\"}");
            for (final SseClient stream : streams) {
                assertThat(stream.next().sequence()).isEqualTo(1);
            }
        } finally {
            for (final SseClient stream : streams) {
                stream.close();
            }
        }
    }
}
