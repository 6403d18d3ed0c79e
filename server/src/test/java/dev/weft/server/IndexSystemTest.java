package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The index inside the server: it finds what was published, over restarts, or is switched off. */
@Timeout(60)
class IndexSystemTest {
    private static final int EVENTS = 50;

    @TempDir private Path directory;

    @Test
    void shouldFindEachEventThatWasAnsweredAndAllOfThemAfterARestart() throws Exception {
        try (WeftServer server = WeftServer.start(directory);
                HttpClient client = server.connect()) {
            for (int i = 1; i <= EVENTS; i++) {
                publish(client, "job/" + i);
                final HttpClient.Answer found = client.get("/events?subject=job/" + i);
                assertThat(found.status()).as(found.body()).isEqualTo(200);
                assertThat(found.number("total")).as("it is there at once").isEqualTo(1);
            }
            assertThat(client.get("/health").number("indexed")).isEqualTo(EVENTS);
            assertThat(client.get("/metrics").body())
                    .contains("weft_index_lag 0.0", "weft_index_damaged_total 0.0");
        }
        Files.writeString(directory.resolve("index").resolve("00000000000000000001.segment"), "no");
        try (WeftServer server = WeftServer.start(directory);
                HttpClient client = server.connect()) {
            assertThat(client.get("/events?subject=job/*").number("total")).isEqualTo(EVENTS);
            assertThat(client.get("/metrics").body()).contains("weft_index_damaged_total 1.0");
        }
    }

    @Test
    void shouldHaveSingleEventsOnlyWhenSwitchedOff() throws Exception {
        try (WeftServer server = WeftServer.start(directory, Map.of("index", "off"));
                HttpClient client = server.connect()) {
            publish(client, "job/1");
            final HttpClient.Answer page = client.get("/events?subject=job/1");
            assertThat(page.status()).isEqualTo(501);
            assertThat(page.body()).contains("--index off");
            assertThat(client.get("/events/1").status()).isEqualTo(200);
            assertThat(client.get("/health").body()).doesNotContain("\"indexed\"");
            assertThat(client.get("/metrics").body()).doesNotContain("weft_index_");
            assertThat(Files.exists(directory.resolve("index"))).isFalse();
        }
    }

    private static void publish(final HttpClient client, final String subject) throws IOException {
        final String event = "{\"type\":\"t\",\"subject\":\"" + subject + "\"}";
        assertThat(client.post(event).status()).isEqualTo(200);
    }
}
