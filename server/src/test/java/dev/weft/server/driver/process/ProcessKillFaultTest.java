package dev.weft.server.driver.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.Signal;
import dev.weft.server.session.SessionCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of the server in each phase of a session whose command outlives everything that
 * does not kill it: afterwards nothing of the command is left, the session says what became of it,
 * and it can be started again.
 */
@Timeout(120)
class ProcessKillFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String STUBBORN =
            "stubborn=sh -c 'trap \"\" TERM INT PIPE HUP; (trap \"\" TERM PIPE; setsid sleep 300) &"
                    + " echo \"{\\\"type\\\":\\\"RUN_STARTED\\\",\\\"threadId\\\":\\\"t\\\",\\\"runId\\\":\\\"r\\\"}\";"
                    + " while :; do sleep 0.05; done'";

    @TempDir private Path base;

    private String mark = "";

    @AfterEach
    void endWhatIsLeft() {
        if (!mark.isEmpty()) {
            MarkedProcesses.signal(each -> each.contains(mark), Signal.KILL);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 60, 150})
    void shouldMakeASessionRunThatWasJustCreated(final int afterMs) throws Exception {
        final String id;
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            id = calls.create();
            mark = id;
            calls.connection() // its run may be asked for before anybody was told to start it
                    .send("POST", "/v1/sessions/" + id + "/agent", "{\"messages\":[]}", "");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMs));
            server.kill();
        }
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            // Whether the server had come to tell that it runs is known to the journal alone.
            await().atMost(PATIENCE)
                    .until(() -> List.of("running", "failed").contains(calls.status(id)));
            if (calls.status(id).equals("failed")) {
                assertNothingLeft();
                assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
                await().atMost(PATIENCE).until(() -> calls.status(id).equals("running"));
            }
            await().atMost(PATIENCE).until(() -> starts().size() == 1);
            stop(calls, id);
            assertThat(calls.get("/" + id + "/runs").body())
                    .as("whenever it was killed, nobody waits for a run for ever")
                    .doesNotContain("\"status\":\"running\"");
        }
        assertNothingLeft();
    }

    @Test
    void shouldFailASessionThatRanAndEndItsProcesses() throws Exception {
        final String id;
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            id = calls.create();
            mark = id;
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_STARTED") == 1);
            assertThat(calls.post("/" + id + "/message", "{\"content\":\"x\"}").status())
                    .isEqualTo(202);
            server.kill();
        }
        assertThat(starts()).isNotEmpty();
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            await().atMost(PATIENCE).until(() -> calls.status(id).equals("failed"));
            assertNothingLeft();
            assertThat(calls.get("/" + id + "/events").body())
                    .contains("the server was restarted while the command ran; it is ended: pids=");
            assertThat(calls.count(id, "RUN_ERROR"))
                    .as("its own run and the one asked for")
                    .isEqualTo(2);
            assertThat(calls.get("/" + id + "/runs").body())
                    .doesNotContain("\"status\":\"running\"");
            assertThat(calls.post("/" + id + "/start", "").status()).isEqualTo(202);
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_STARTED") == 2);
            stop(calls, id);
        }
    }

    @Test
    void shouldStopASessionThatWasBeingStopped() throws Exception {
        final String id;
        try (ChildServer server = start("--session-grace", "60s");
                SessionCalls calls = new SessionCalls(server.address())) {
            id = calls.create();
            mark = id;
            await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_STARTED") == 1);
            assertThat(calls.post("/" + id + "/stop", "").status()).isEqualTo(202);
            server.kill();
        }
        assertThat(starts()).isNotEmpty();
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            await().atMost(PATIENCE).until(() -> calls.status(id).equals("stopped"));
            assertNothingLeft();
        }
    }

    @Test
    void shouldEndWhatIsLeftAlsoOfACommandThatIsNotConfiguredAnyMore() throws Exception {
        final String ran;
        final String deleted;
        try (ChildServer server = start();
                SessionCalls calls = new SessionCalls(server.address())) {
            ran = calls.create();
            deleted = calls.create();
            mark = ran;
            for (final String id : List.of(ran, deleted)) {
                await().atMost(PATIENCE).until(() -> calls.count(id, "RUN_STARTED") == 1);
            }
            assertThat(calls.delete("/" + deleted).status()).isEqualTo(204);
            server.kill(); // its process ignores SIGTERM
        }
        final Path directories = base.resolve("journal/sessions");
        assertThat(directories.resolve(ran)).isDirectory();
        try (ChildServer server = ChildServer.start(base.resolve("journal"), base.resolve("log"));
                SessionCalls calls = new SessionCalls(server.address())) {
            await().atMost(PATIENCE).until(() -> calls.status(ran).equals("failed"));
            assertNothingLeft();
            mark = deleted;
            assertNothingLeft();
            await().atMost(PATIENCE).until(() -> !Files.exists(directories.resolve(deleted)));
            assertThat(calls.get("/" + deleted).status()).isEqualTo(404);
            assertThat(directories.resolve(ran)).isDirectory();
            assertThat(calls.post("/" + ran + "/start", "").status()).isEqualTo(202);
            await().atMost(PATIENCE).until(() -> calls.status(ran).equals("failed"));
            assertThat(calls.get("/" + ran).body()).contains("there is no command of this name");
            assertThat(calls.delete("/" + ran).status()).isEqualTo(204);
            await().atMost(PATIENCE).until(() -> !Files.exists(directories.resolve(ran)));
        }
    }

    private static void stop(final SessionCalls calls, final String id) throws IOException {
        assertThat(calls.post("/" + id + "/stop", "").status()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> calls.status(id).equals("stopped"));
    }

    private void assertNothingLeft() {
        await().atMost(PATIENCE).until(() -> starts().isEmpty());
    }

    /** Processes of the session, by its starts. */
    private Map<String, List<Long>> starts() {
        final Map<String, List<Long>> all = MarkedProcesses.withPrefix("");
        all.keySet().removeIf(each -> !each.contains(mark));
        return all;
    }

    private ChildServer start(final String... more) throws IOException {
        final List<String> options = new ArrayList<>(List.of("--session-command", STUBBORN));
        options.addAll(more.length > 0 ? List.of(more) : List.of("--session-grace", "300ms"));
        return ChildServer.start(
                base.resolve("journal"), base.resolve("log"), options.toArray(String[]::new));
    }
}
