package dev.weft.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.http.RequestGuard;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.ops.HealthFacts;
import dev.weft.server.ops.HealthRoute;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Health with a journal that can be made to fail. */
@Timeout(60)
class HealthSystemTest {
    @Test
    void shouldAnswer503AsLongAsNothingCanBePublished() throws IOException {
        final MemoryJournal journal = new MemoryJournal();
        final HealthFacts facts =
                new HealthFacts(
                        "shared",
                        "epoll",
                        "durable",
                        () -> 7,
                        () -> 41,
                        List.of(),
                        new HealthFacts.Recovery(List.of("a \"torn\" tail"), 5, 9));
        final HealthRoute health =
                new HealthRoute(journal, facts, System::nanoTime, () -> 1_768_314_645_123_456L);
        try (TestHttpServer server =
                        new TestHttpServer(
                                Transport.NIO,
                                new OriginRules(true, List.of()),
                                RequestGuard.OPEN,
                                table ->
                                        table.addOpen(HttpMethod.GET, "/health", health)
                                                .addOpen(
                                                        HttpMethod.GET,
                                                        "/health/database",
                                                        health.database()));
                RawClient client = server.connect()) {
            assertThat(client.send(TestHttpServer.get("/health")).answer().status()).isEqualTo(200);
            journal.state(Journal.State.DISK_FULL);
            final RawClient.Answer full = client.send(TestHttpServer.get("/health")).answer();
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.body())
                    .contains(
                            "\"status\":\"unavailable\"",
                            "\"writable\":false",
                            "\"journal\":\"disk_full\"")
                    .contains(
                            "\"free_bytes\":0,", "\"subscribers\":7,", "\"durability\":\"durable\"")
                    .endsWith(
                            "\"recovery\":{\"skipped_from\":5,\"skipped_to\":9,\"damage\":[\"a \\\"torn\\\" tail\"]}}");
            final RawClient.Answer slashed = client.send(TestHttpServer.get("/health/")).answer();
            assertThat(slashed.status()).as("as those clients expect").isEqualTo(200);
            assertThat(slashed.body())
                    .startsWith(
                            "{\"status\":\"unhealthy\",\"timestamp\":\"2026-01-13T14:30:45.123456\","
                                    + "\"api_connected\":true,\"database_connected\":false,")
                    .contains("\"journal\":\"disk_full\"");
            final RawClient.Answer database =
                    client.send(TestHttpServer.get("/health/database")).answer();
            assertThat(database.status()).isEqualTo(503);
            assertThat(database.body())
                    .contains(
                            "\"detail\":\"Database health check failed: the journal is disk_full\"");
            journal.state(Journal.State.WRITABLE);
            assertThat(client.send(TestHttpServer.get("/health")).answer().status()).isEqualTo(200);
            assertThat(client.send(TestHttpServer.get("/health/")).answer().body())
                    .startsWith("{\"status\":\"healthy\"")
                    .contains("\"database_connected\":true");
            assertThat(client.send(TestHttpServer.get("/health/database/")).answer().body())
                    .isEqualTo(
                            "{\"status\":\"healthy\",\"timestamp\":\"2026-01-13T14:30:45.123456\",\"connected\":true}");
        }
    }
}
