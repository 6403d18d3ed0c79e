package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.session.SessionCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that go on for longer than the journal remembers how they began. */
@Timeout(120)
class SessionRetentionSystemTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long HOUR_US = TimeUnit.HOURS.toMicros(1);
    private static final int PER_HOUR = 20;
    private static final int KEPT = 60;
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "retention-events",
                    String.valueOf(KEPT),
                    "session-command",
                    "cat=sh -c 'echo {} && exec cat'",
                    "session-lease",
                    "10m");

    @TempDir private Path directory;
    private final SystemEpochMicroClock system = new SystemEpochMicroClock();
    private final AtomicLong aheadUs = new AtomicLong();

    private long nowUs() {
        return system.microTime() + aheadUs.get();
    }

    private WeftServer start() {
        return WeftServer.of(
                Weft.start(
                        WeftServer.config(directory, SETTINGS),
                        JournalConfig.of(directory).clockUs(this::nowUs),
                        this::nowUs));
    }

    /** Has retention delete everything that there is now. */
    private void deleteAllThereIs(final HttpClient client) throws IOException {
        final long head = client.get("/health").number("head");
        for (int hour = 0; hour < 2 + KEPT / PER_HOUR; hour++) {
            aheadUs.addAndGet(HOUR_US - nowUs() % HOUR_US + 1_000);
            for (int i = 0; i < PER_HOUR; i++) {
                assertThat(client.post("{\"type\":\"other\"}").status()).isEqualTo(200);
            }
        }
        await().atMost(PATIENCE).until(() -> client.get("/health").number("oldest") > head);
    }

    private static String create(final SessionCalls calls, final String driver) throws IOException {
        return SessionCalls.json(
                        calls.post("", "{\"task\":\"a long one\",\"driver\":\"" + driver + "\"}"))
                .path("id")
                .asString();
    }

    private static void awaitStatus(
            final SessionCalls calls, final String id, final String status) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(calls.status(id)).isEqualTo(status));
    }

    @Test
    void shouldStayInControlOfASessionOfWhichTheBeginWasDeleted() throws Exception {
        final String mine;
        final String lease;
        final String waiting;
        final String process;
        final String list;
        try (WeftServer server = start();
                HttpClient client = server.connect();
                SessionCalls calls = new SessionCalls(server.address())) {
            waiting = create(calls, "worker");
            mine = create(calls, "worker");
            lease = calls.claim(mine);
            process = create(calls, "cat");
            awaitStatus(calls, process, "running");
            final String ended = create(calls, "worker");
            assertThat(calls.post("/" + ended + "/stop", "").status()).isEqualTo(202);
            list = calls.get("?status=running").body();
            final String before = calls.get("/" + mine).body();

            deleteAllThereIs(client);

            assertThat(calls.get("/" + mine).body()).isEqualTo(before);
            assertThat(calls.get("?status=running").body()).isEqualTo(list);
            assertThat(calls.get("/" + ended).status()).isEqualTo(404);
            assertThat(calls.status(waiting)).isEqualTo("pending");
            assertThat(calls.post("/" + mine + "/message", "{\"content\":\"a\"}").status())
                    .isEqualTo(202);
            assertThat(calls.post("/" + process + "/message", "{\"content\":\"b\"}").status())
                    .isEqualTo(202);
            await().atMost(PATIENCE)
                    .until(() -> calls.get("/" + process + "/events").body().contains("\\\"b\\\""));
            deleteAllThereIs(client);
        }
        try (WeftServer server = start();
                HttpClient client = server.connect();
                SessionCalls calls = new SessionCalls(server.address())) {
            awaitStatus(calls, process, "failed"); // its process ended with the server
            assertThat(calls.get("/" + process).body()).contains("\"task\":\"a long one\"");
            assertThat(calls.status(mine)).isEqualTo("running");
            deleteAllThereIs(client);
            assertThat(calls.post("/" + mine + "/lease", lease(lease, "")).status()).isEqualTo(200);
            assertThat(calls.post("/" + mine + "/stop", "").status()).isEqualTo(202);
            assertThat(
                            calls.post(
                                            "/" + mine + "/lease",
                                            lease(lease, ",\"status\":\"stopped\""))
                                    .status())
                    .isEqualTo(200);
            assertThat(calls.status(mine)).isEqualTo("stopped");
            assertThat(calls.claim(waiting)).isNotEmpty();

            final String again = create(calls, "cat");
            awaitStatus(calls, again, "running");
            final long pid = pid(calls, again);
            deleteAllThereIs(client);
            assertThat(calls.post("/" + again + "/stop", "").status()).isEqualTo(202);
            awaitStatus(calls, again, "stopped");
            assertThat(ProcessHandle.of(pid)).isEmpty();
        }
    }

    private static String lease(final String lease, final String more) {
        return "{\"lease_id\":\"" + lease + '"' + more + '}';
    }

    private static long pid(final SessionCalls calls, final String id) throws IOException {
        final String events = calls.get("/" + id + "/events").body();
        final String found = events.substring(events.indexOf("started: pid=") + 13);
        return Long.parseLong(found.substring(0, found.indexOf(' ')));
    }
}
