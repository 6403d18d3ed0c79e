package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.journal.JournalConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The oldest file of the journal was taken away: who asks for what was in it is told so. */
@Timeout(60)
class TrimmedFaultTest {
    private static final long HOUR_US = 3_600_000_000L;
    private static final int EVENTS = 5; // each hour

    @TempDir Path directory;
    private final SystemEpochMicroClock system = new SystemEpochMicroClock();

    private WeftServer start(final long hour) {
        return WeftServer.of(
                Weft.start(
                        WeftServer.config(directory, Map.of()),
                        JournalConfig.of(directory),
                        () -> system.microTime() + hour * HOUR_US));
    }

    private List<Path> rollFiles() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(
                            file ->
                                    file.toString().endsWith(".cq4")
                                            && !file.getFileName().toString().startsWith("meta"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shouldTellTheGapWhenThePositionIsTrimmed() throws Exception {
        for (int hour = 0; hour < 2; hour++) {
            try (WeftServer server = start(hour);
                    HttpClient client = server.connect()) {
                for (int i = 0; i < EVENTS; i++) {
                    assertThat(client.post("{\"type\":\"tick\"}").status()).isEqualTo(200);
                }
            }
        }
        final List<Path> files = rollFiles();
        assertThat(files).hasSizeGreaterThanOrEqualTo(2);
        Files.delete(files.get(0));

        try (WeftServer server = start(1);
                HttpClient client = server.connect();
                SseClient stream = new SseClient(server.address(), "/events/stream", "2")) {
            final SseClient.Frame gap = stream.next();
            assertThat(gap.toString()).contains("weft.gap");
            assertThat(gap.data()).isEqualTo("{\"from\":3,\"to\":5,\"oldest\":6}");
            for (long sequence = 6; sequence <= 10; sequence++) {
                assertThat(stream.next().sequence()).isEqualTo(sequence);
            }
            final HttpClient.Answer gone = client.get("/events/2");
            assertThat(gone.status()).isEqualTo(410);
            assertThat(gone.number("oldest")).isEqualTo(6);
            assertThat(client.get("/events/6").status()).isEqualTo(200);
            assertThat(client.get("/events?after=2&limit=1").status()).isEqualTo(410);
            assertThat(client.get("/events?after=0&order=asc&limit=1").body())
                    .contains("\"seq\":6,");
        }
    }
}
