package dev.weft.server.session;

import static dev.weft.server.session.SessionCalls.json;
import static dev.weft.server.session.SessionCalls.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions in every phase, before and after the server has gone: nothing but the journal counts.
 */
@Timeout(120)
class SessionRestartFaultTest {
    private static final String RUN = "00000000-0000-4000-8000-00000000000";

    @TempDir Path base;

    /** What was made: ids by phase, and the leases. */
    private final Map<String, String> ids = new LinkedHashMap<>();

    private final Map<String, String> leases = new LinkedHashMap<>();

    private String id(final String phase) {
        return Objects.requireNonNull(ids.get(phase));
    }

    private String lease(final String phase) {
        return Objects.requireNonNull(leases.get(phase));
    }

    private void make(final SessionCalls calls) throws IOException {
        ids.put("pending", calls.create());
        for (final String phase :
                List.of("running", "stopping", "stopped", "completed", "failed", "creating")) {
            final String[] claimed = calls.createClaimed();
            final String id = claimed[0];
            ids.put(phase, id);
            leases.put(phase, claimed[1]);
            assertThat(
                            calls.agui(
                                            id,
                                            claimed[1],
                                            "{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\""
                                                    + RUN
                                                    + ids.size()
                                                    + "\"}")
                                    .status())
                    .isEqualTo(200);
            assertThat(calls.post("/" + id + "/message", "{\"content\":\"hello\"}").status())
                    .isEqualTo(202);
        }
        for (final String phase : List.of("stopping", "stopped", "creating")) {
            assertThat(calls.post("/" + id(phase) + "/stop", "").status()).isEqualTo(202);
        }
        report(calls, "stopped", "stopped");
        report(calls, "completed", "completed\",\"result\":\"42");
        report(calls, "failed", "failed\",\"error\":\"it broke");
        report(calls, "creating", "stopped");
        assertThat(calls.post("/" + id("creating") + "/start", "").status()).isEqualTo(202);
        final String deleted = calls.create();
        assertThat(calls.delete("/" + deleted).status()).isEqualTo(204);
        ids.put("deleted", deleted);
    }

    private void report(final SessionCalls calls, final String phase, final String status)
            throws IOException {
        final Answer answer =
                calls.post(
                        "/" + id(phase) + "/lease",
                        "{\"lease_id\":\"" + lease(phase) + "\",\"status\":\"" + status + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    /** Everything that callers can see of them. */
    private String all(final SessionCalls calls) throws IOException {
        final StringBuilder seen = new StringBuilder(calls.get("?limit=1000").body());
        for (final String id : ids.values()) {
            for (final String what :
                    List.of("", "/runs", "/output", "/output?format=events", "/events")) {
                final Answer answer = calls.get("/" + id + what);
                seen.append('\n').append(answer.status()).append(answer.body());
            }
        }
        return seen.toString();
    }

    private void checkThatItGoesOn(final SessionCalls calls) throws IOException {
        for (final String phase :
                List.of("running", "stopping", "stopped", "completed", "failed")) {
            assertThat(calls.status(id(phase))).isEqualTo(phase);
        }
        refused(calls.get("/" + id("deleted")), 404, "Session not found: " + id("deleted"));
        final String running = id("running");
        final Answer step =
                calls.agui(
                        running,
                        lease("running"),
                        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\"}");
        assertThat(step.status()).as("its worker still has it: %s", step.body()).isEqualTo(200);
        assertThat(json(step).path("warnings")).as("the run that began before goes on").isEmpty();
        assertThat(calls.post("/" + running + "/message", "{\"content\":\"a\"}").status())
                .isEqualTo(202);
        refused(
                calls.post("/" + running + "/claim", "{\"worker\":\"w\"}"),
                409,
                "Session is claimed already");
        report(calls, "stopping", "stopped");
        assertThat(calls.claim(id("pending"))).isNotEmpty();
        assertThat(calls.claim(id("creating"))).isNotEmpty();
        assertThat(calls.post("/" + id("failed") + "/start", "").status()).isEqualTo(202);
    }

    @Test
    void shouldBeAsBeforeWhenEverythingButTheJournalIsDeleted() throws IOException {
        final String before;
        try (WeftServer server = WeftServer.start(base);
                SessionCalls calls = new SessionCalls(server.address())) {
            make(calls);
            before = all(calls);
        }
        final Path index = base.resolve("index");
        assertThat(index).isDirectory();
        try (Stream<Path> files = Files.walk(index)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        try (WeftServer server = WeftServer.start(base);
                SessionCalls calls = new SessionCalls(server.address())) {
            assertThat(all(calls)).isEqualTo(before);
            checkThatItGoesOn(calls);
        }
    }

    @Test
    @Tag("slow")
    void shouldBeAsBeforeWhenTheServerIsKilledInEveryPhase() throws IOException {
        final Path log = base.resolve("log");
        final Path directory = base.resolve("journal");
        final String before;
        try (ChildServer server = ChildServer.start(directory, log);
                SessionCalls calls = new SessionCalls(server.address())) {
            make(calls);
            before = all(calls);
            server.kill();
        }
        try (ChildServer server = ChildServer.start(directory, log);
                SessionCalls calls = new SessionCalls(server.address())) {
            assertThat(all(calls)).isEqualTo(before);
            checkThatItGoesOn(calls);
        }
    }
}
