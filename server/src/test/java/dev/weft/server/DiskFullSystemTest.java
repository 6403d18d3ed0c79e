package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that runs full and is freed again, five times, seen over HTTP: 507 with a reason, streams
 * and history go on, publishing works again within 5 s without a restart, and exactly what was
 * acknowledged is in the journal.
 */
@Tag("slow")
@Timeout(180)
class DiskFullSystemTest {
    private static final int CYCLES = 5;
    private static final Duration ON_AGAIN_MAX = Duration.ofSeconds(5);
    private static final String EVENT =
            "{\"type\":\"load\",\"data\":\"" + "x".repeat(50_000) + "\"}";

    @TempDir Path base;
    private Path mount = Path.of("");

    @BeforeEach
    void mount() throws Exception {
        mount = Files.createDirectory(base.resolve("mount"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64m", "t", mount.toString()),
                "needs root to mount a file system");
    }

    /** What was mapped of a file may stay so a little longer than its journal is open. */
    @AfterEach
    void unmount() {
        await().until(() -> !isMounted() || run("umount", mount.toString()));
    }

    private boolean isMounted() throws IOException {
        return !Files.getFileStore(mount).equals(Files.getFileStore(base));
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldRefuseInTimeAndGoOnWithoutARestart(final String threading) throws Exception {
        final Path journal = mount.resolve("journal");
        final Map<String, String> settings = Map.of("threading", threading);
        final Set<Long> acknowledged = new HashSet<>();
        try (WeftServer server = WeftServer.start(journal, settings);
                SseClient live = server.subscribe("/events/stream");
                HttpClient client = server.connect()) {
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                takeAll(mount.resolve("hog"));
                HttpClient.Answer answer = client.post(EVENT);
                while (answer.status() == 200) {
                    acknowledged.add(answer.number("seq"));
                    answer = client.post(EVENT);
                }
                assertThat(answer.status()).as(answer.body()).isEqualTo(507);
                assertThat(answer.headers())
                        .containsEntry("content-type", "application/problem+json");
                final HttpClient.Answer health = client.get("/health");
                assertThat(health.status()).isEqualTo(503);
                assertThat(health.body()).contains("\"writable\":false");
                assertThat(client.get("/events?limit=1").status()).isEqualTo(200);

                Files.delete(mount.resolve("hog"));
                await().pollInSameThread()
                        .atMost(ON_AGAIN_MAX)
                        .until(
                                () -> {
                                    final HttpClient.Answer again =
                                            client.post("{\"type\":\"again\"}");
                                    if (again.status() == 200) {
                                        acknowledged.add(again.number("seq"));
                                    }
                                    return again.status() == 200;
                                });
                assertThat(client.get("/health").status()).isEqualTo(200);
            }
            for (long sequence = 1; sequence <= acknowledged.size(); sequence++) {
                assertThat(live.next().sequence()).isEqualTo(sequence);
            }
        }
        try (WeftServer server = WeftServer.start(journal, settings)) {
            assertThat(server.weft().head()).isEqualTo(acknowledged.size());
            assertThat(acknowledged).contains(1L, server.weft().head());
        }
    }

    @Test
    void shouldTellWhatItSkippedAsSoonAsThereIsSpace() throws Exception {
        final Path journal = mount.resolve("journal");
        try (WeftServer server = WeftServer.start(journal, Map.of());
                HttpClient client = server.connect()) {
            assertThat(client.post(EVENT).status()).isEqualTo(200);
        }
        Files.delete(journal.resolve("journal.state")); // nobody knows what was given out
        final Path hog = mount.resolve("hog");
        takeAll(hog);
        try (FileChannel channel = FileChannel.open(hog, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 2 * 1024 * 1024); // too little to publish
        }
        try (WeftServer server = WeftServer.start(journal, Map.of());
                HttpClient client = server.connect()) {
            assertThat(client.post(EVENT).status()).isEqualTo(507);
            assertThat(server.weft().head()).isEqualTo(1);
            Files.delete(hog);
            await().atMost(ON_AGAIN_MAX).until(() -> server.weft().head() > 1);
            assertThat(client.get("/events?limit=10").body())
                    .contains("journal.recovered")
                    .contains("\"skipped_from\":2");
        }
    }

    private static void takeAll(final Path file) throws IOException {
        final byte[] piece = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(piece);
            }
        } catch (final IOException ex) {
            assertThat(ex).hasMessageContaining("No space");
        }
    }

    private static boolean run(final String... command) throws Exception {
        final Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.waitFor() == 0;
    }
}
