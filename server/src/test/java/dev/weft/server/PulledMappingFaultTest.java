package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.config.WeftConfig;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.OnEachTransport;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.Transports;
import dev.weft.server.http.connection.Transport;
import dev.weft.server.journal.JournalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that stop reading in the middle of a catch-up, while the roll file that their bytes lie
 * in is deleted and others have its windows come and go. What they read later is right, byte by
 * byte.
 */
@Tag("slow")
@Timeout(120)
@OnEachTransport
class PulledMappingFaultTest {
    private static final int BATCH = 100;
    private static final int BATCHES = 500; // 100 MB: far more than the ring and all buffers hold
    private static final int TEXT_LENGTH = 2_000;
    private static final int STALLED = 20;

    private final Transport transport;
    @TempDir Path directory;

    PulledMappingFaultTest(final Transport transport) {
        this.transport = Transports.assumed(transport);
    }

    @Test
    void shouldSendTheRightBytesAlthoughTheFileIsGone() throws Exception {
        final WeftConfig config =
                WeftServer.config(directory, Map.of("transport", transport.toString()));
        final JournalConfig journal = JournalConfig.of(directory);
        journal.blockSize(1024 * 1024); // small windows, so that many come and go
        try (WeftServer server =
                        WeftServer.of(Weft.start(config, journal, new SystemEpochMicroClock()));
                HttpClient publisher = server.connect()) {
            publish(publisher);
            final List<SseClient> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) { // at places all over the file
                final long after = (long) i * BATCH * BATCHES / STALLED;
                final SseClient client =
                        new SseClient(server.address(), "/events/stream", Long.toString(after));
                check(client.next(), after + 1);
                stalled.add(client);
            }
            try (SseClient passing = server.subscribe("/events/stream?after=0")) {
                for (int i = 1; i <= BATCH * BATCHES; i++) { // has the windows come and go
                    check(passing.next(), i);
                }
            }
            for (final Path file : rollFiles()) {
                Files.delete(file);
            }
            publish(publisher); // what is mapped by nobody may be used for something else now
            for (int i = 0; i < STALLED; i++) {
                long next = (long) i * BATCH * BATCHES / STALLED + 2;
                SseClient.Frame frame = stalled.get(i).next();
                final long first = next;
                while (frame.event().isEmpty()) {
                    check(frame, next++);
                    frame = stalled.get(i).next();
                }
                assertThat(frame.event()).isEqualTo("weft.gap");
                assertThat(frame.data()).startsWith("{\"from\":" + next + ",");
                assertThat(next - first).as("what waited for it").isGreaterThan(50);
                stalled.get(i).close();
            }
        }
    }

    private static void publish(final HttpClient publisher) throws IOException {
        for (int i = 0; i < BATCHES; i++) {
            final StringBuilder array = new StringBuilder("[");
            for (int j = 0; j < BATCH; j++) {
                array.append(j == 0 ? "" : ",").append(event());
            }
            assertThat(publisher.post(array.append(']').toString()).status()).isEqualTo(200);
        }
    }

    private static String event() {
        return "{\"type\":\"t\",\"data\":\"" + "x".repeat(TEXT_LENGTH) + "\"}";
    }

    private static void check(final SseClient.Frame frame, final long sequence) {
        assertThat(frame.sequence()).isEqualTo(sequence);
        assertThat(frame.data())
                .startsWith("{\"seq\":" + sequence + ",")
                .endsWith("\"data\":\"" + "x".repeat(TEXT_LENGTH) + "\"}}");
    }

    private List<Path> rollFiles() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".cq4")).toList();
        }
    }
}
