package dev.weft.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two clients at each guard at the same moment, again and again: exactly one passes, and the
 * journal has what it did once.
 */
@Timeout(120)
class SessionRaceSystemTest {
    private static final int ROUNDS = 40;

    @TempDir Path directory;

    /** What each of the two asks for. */
    @FunctionalInterface
    private interface Call {
        Answer by(SessionCalls calls) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldLetExactlyOnePassEachGuard(final String threading) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        try (WeftServer server =
                        WeftServer.start(
                                directory, Map.of("threading", threading, "io-threads", "2"));
                SessionCalls one = new SessionCalls(server.address());
                SessionCalls two = new SessionCalls(server.address())) {
            for (int i = 0; i < ROUNDS; i++) {
                final String id = "race-" + i;
                final String body = "{\"task\":\"a\",\"id\":\"" + id + "\"}";
                assertThat(race(threads, one, two, calls -> calls.post("", body)))
                        .as("create")
                        .containsExactlyInAnyOrder(201, 409);
                assertThat(
                                race(
                                        threads,
                                        one,
                                        two,
                                        calls ->
                                                calls.post(
                                                        "/" + id + "/claim", "{\"worker\":\"w\"}")))
                        .as("claim")
                        .containsExactlyInAnyOrder(200, 409);
                assertThat(one.count(id, "session.claimed")).isEqualTo(1);
                assertThat(race(threads, one, two, calls -> calls.post("/" + id + "/stop", "")))
                        .as("stop: the second one finds it stopping")
                        .containsExactly(202, 202);
                assertThat(one.count(id, "session.stopping")).isEqualTo(1);
                assertThat(race(threads, one, two, calls -> calls.post("/" + id + "/start", "")))
                        .as("start")
                        .containsExactlyInAnyOrder(202, 422);
                assertThat(one.count(id, "session.starting")).isEqualTo(1);
                assertThat(race(threads, one, two, calls -> calls.delete("/" + id)))
                        .as("delete")
                        .containsExactlyInAnyOrder(204, 404);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** A message that was taken stands before the stop, one that was refused stands nowhere. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldTakeNoMessageBehindTheStop(final String threading) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        int takenCount = 0;
        try (WeftServer server =
                        WeftServer.start(
                                directory, Map.of("threading", threading, "io-threads", "2"));
                SessionCalls one = new SessionCalls(server.address());
                SessionCalls two = new SessionCalls(server.address())) {
            for (int i = 0; i < ROUNDS; i++) {
                final String id = one.createClaimed()[0];
                final List<Integer> both =
                        race(
                                threads,
                                () -> one.post("/" + id + "/message", "{\"content\":\"a\"}"),
                                () -> two.post("/" + id + "/stop", ""));
                assertThat(both.get(1)).isEqualTo(202);
                final boolean isTaken = both.get(0) == 202;
                takenCount += isTaken ? 1 : 0;
                assertThat(both.get(0)).isIn(202, 422);
                final List<String> types = types(one, id);
                assertThat(types.contains("run.requested")).isEqualTo(isTaken);
                if (isTaken) {
                    assertThat(types.indexOf("run.requested"))
                            .isLessThan(types.indexOf("session.stopping"));
                }
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("messages that came before the stop: " + takenCount + " of " + ROUNDS);
    }

    /** Of a run that was asked for as its session ended: nobody waits for it for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldEndEachRunThatWasTakenBeforeTheEnd(final String threading) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        int takenCount = 0;
        try (WeftServer server =
                        WeftServer.start(
                                directory, Map.of("threading", threading, "io-threads", "2"));
                SessionCalls one = new SessionCalls(server.address());
                SessionCalls two = new SessionCalls(server.address())) {
            for (int i = 0; i < ROUNDS; i++) {
                final String[] claimed = one.createClaimed();
                final String id = claimed[0];
                final String ended =
                        "{\"lease_id\":\"" + claimed[1] + "\",\"status\":\"completed\"}";
                final List<Integer> both =
                        race(
                                threads,
                                () -> one.post("/" + id + "/message", "{\"content\":\"a\"}"),
                                () -> two.post("/" + id + "/lease", ended));
                assertThat(both.get(0)).isIn(202, 422);
                assertThat(both.get(1)).isEqualTo(200);
                final boolean isTaken = both.get(0) == 202;
                takenCount += isTaken ? 1 : 0;
                final List<String> end =
                        types(one, id).stream().filter(type -> !type.endsWith("ing")).toList();
                assertThat(end)
                        .isEqualTo(
                                isTaken
                                        ? List.of(
                                                "session.created",
                                                "session.claimed",
                                                "run.requested",
                                                "RUN_ERROR",
                                                "session.completed")
                                        : List.of(
                                                "session.created",
                                                "session.claimed",
                                                "session.completed"));
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println("messages that came before the end: " + takenCount + " of " + ROUNDS);
    }

    /** Both ask for the same. */
    private static List<Integer> race(
            final ExecutorService threads,
            final SessionCalls one,
            final SessionCalls two,
            final Call call)
            throws Exception {
        return race(threads, () -> call.by(one), () -> call.by(two));
    }

    /** What each of the two was answered. */
    private static List<Integer> race(
            final ExecutorService threads, final Callable<Answer> one, final Callable<Answer> two)
            throws Exception {
        final CyclicBarrier barrier = new CyclicBarrier(2);
        final List<Future<Integer>> both = new ArrayList<>();
        for (final Callable<Answer> call : List.of(one, two)) {
            both.add(
                    threads.submit(
                            () -> {
                                barrier.await(10, TimeUnit.SECONDS);
                                return call.call().status();
                            }));
        }
        return List.of(both.get(0).get(), both.get(1).get());
    }

    /** Types of a session's events, oldest first. */
    private static List<String> types(final SessionCalls calls, final String id)
            throws IOException {
        final List<String> types = new ArrayList<>();
        SessionCalls.json(calls.connection().get("/events?order=asc&subject=session/" + id))
                .path("events")
                .forEach(item -> types.add(item.path("event").path("type").asString()));
        assertThat(types).isNotEmpty();
        return types;
    }
}
