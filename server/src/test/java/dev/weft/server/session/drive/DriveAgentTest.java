package dev.weft.server.session.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.driver.DriverEvents;
import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionDriver;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.harness.HandDriven;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.session.worker.LostLeases;
import dev.weft.server.session.worker.WorkerRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A driver of this server, driven by hand: query thread, sequencer and agent take turns. */
class DriveAgentTest {
    private static final Pattern TYPE = Pattern.compile("\"type\":\"([^\"]+)\",\"category\"");
    private static final String RUN = "00000000-0000-4000-8000-000000000001";
    private static final long SECOND_NS = 1_000_000_000L;

    private final HandDriven core = new HandDriven(16_384);
    private final List<String> told = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();
    private long nowNs = 1;
    private DriveAgent agent;
    private final List<Fake> drivers = new ArrayList<>();

    /** Notes what it is told; says something when the test wants it to. */
    private final class Fake implements SessionDriver {
        private final DriverEvents events;
        private @Nullable SessionRef last;
        private boolean fails;

        Fake(final DriverEvents events) {
            this.events = events;
        }

        /** What it was to start last. */
        SessionRef last() {
            return Objects.requireNonNull(last);
        }

        @Override
        public Set<String> names() {
            return Set.of("fake");
        }

        @Override
        public void start(final SessionRef session) {
            last = session;
            told.add("start " + session.id() + ' ' + session.wish());
            if (fails) {
                throw new IllegalStateException("no such program");
            }
        }

        @Override
        public void send(final SessionRef session, final RunInput run) {
            told.add("send " + session.id() + ' ' + run.runId() + ' ' + run.json());
        }

        @Override
        public void interrupt(final SessionRef session, final @Nullable String runId) {
            told.add("interrupt " + session.id() + (runId == null ? "" : " " + runId));
        }

        @Override
        public void stop(final SessionRef session) {
            told.add("stop " + session.id());
        }

        @Override
        public void deleted(final String id) {
            told.add("deleted " + id);
        }

        @Override
        public List<String> kept() {
            return kept;
        }

        @Override
        public void recover(final List<SessionRef> active) {
            told.add("recover " + active.stream().map(SessionRef::id).toList());
            if (!active.isEmpty()) {
                last = active.get(0);
            }
        }

        @Override
        public int doWork() {
            return 0;
        }

        @Override
        public void close() {
            told.add("close");
        }
    }

    @BeforeEach
    void start() {
        final WorkerRoutes.Shared workers =
                new WorkerRoutes.Shared(30 * SECOND_NS, 3, OrderMode.WARN);
        agent =
                new DriveAgent(
                        new DriveAgent.Parts(
                                core.history(),
                                core.journal(),
                                core.inbox(),
                                core.events(),
                                new SessionCommands(
                                        new Sessions(() -> nowNs, 30 * SECOND_NS), () -> {}),
                                new LostLeases(workers),
                                OrderMode.WARN,
                                false,
                                () -> nowNs),
                        (events, wakeUp) -> {
                            final Fake fake = new Fake(events);
                            drivers.add(fake);
                            return List.of(fake);
                        });
    }

    @AfterEach
    void close() {
        core.close();
    }

    /** The driver of the agent that was made last. */
    private Fake driver() {
        return drivers.get(drivers.size() - 1);
    }

    /** Lets everybody work until nothing is left. */
    private void work() {
        for (int i = 0; i < 50; i++) {
            agent.doWork();
            core.query();
            agent.doWork();
            core.sequence();
            nowNs += 10_000_000;
        }
    }

    private void append(final EventBuilder... events) {
        for (final EventBuilder event : events) {
            assertThat(core.events().publish(event, pending -> {})).isTrue();
        }
        core.sequenceAll();
        agent.signal();
        work();
    }

    private static EventBuilder created(final String id, final String with) {
        return SessionEvents.make(
                SessionEvents.CREATED, id, "{\"task\":\"t\",\"driver\":\"" + with + "\"}");
    }

    private SessionRef running(final String id) {
        append(created(id, "fake"));
        final SessionRef session = driver().last();
        assertThat(driver().events.running(session)).isTrue();
        work();
        told.clear();
        return session;
    }

    private String journaled() {
        final StringBuilder all = new StringBuilder();
        final BlockFlyweight view = new BlockFlyweight();
        try (JournalReader read = core.journal().newReader()) {
            while (read.next(view) == JournalReader.BLOCK) {
                final byte[] bytes = new byte[view.length() - view.framesOffset()];
                view.buffer().getBytes(view.framesOffset(), bytes);
                all.append(new String(bytes, UTF_8));
            }
        }
        return all.toString();
    }

    private List<String> types() {
        final List<String> types = new ArrayList<>();
        final Matcher matcher = TYPE.matcher(journaled());
        while (matcher.find()) {
            types.add(matcher.group(1));
        }
        return types;
    }

    @Test
    void shouldTellTheDriverWhatTheEventsSayInTheirOrder() {
        work();
        append(
                created("other", "worker"),
                created("a", "fake"),
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{\"threadId\":\"a\"}")
                        .runId(RUN),
                SessionEvents.make(SessionEvents.INTERRUPTED, "a"),
                SessionEvents.make(SessionEvents.INTERRUPTED, "a").runId(RUN),
                SessionEvents.make(SessionEvents.INTERRUPTED, "other"),
                SessionEvents.make(SessionEvents.STOPPING, "a"),
                SessionEvents.make(SessionEvents.STARTING, "a"),
                SessionEvents.make(SessionEvents.DELETED, "other"));
        assertThat(told)
                .containsExactly(
                        "recover []",
                        "start a {\"task\":\"t\",\"driver\":\"fake\"}",
                        "send a " + RUN + " {\"threadId\":\"a\"}",
                        "interrupt a",
                        "interrupt a " + RUN,
                        "stop a",
                        "start a {\"task\":\"t\",\"driver\":\"fake\"}",
                        "deleted other");
        append(SessionEvents.make(SessionEvents.DELETED, "a"));
        assertThat(told).hasSize(10).endsWith("stop a", "deleted a");
    }

    @Test
    void shouldNotListenToCallers() {
        work();
        append(
                created("a", "fake"),
                new EventBuilder(SessionEvents.STOPPING).sourceKind("cdp").subject("session/a"));
        assertThat(told).hasSize(2).last().asString().startsWith("start a");
    }

    @Test
    void shouldHandOverWhatIsActiveWhenTheServerStartsAgain() {
        running("a");
        append(
                created("waiting", "fake"),
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "waiting", "{\"n\":1}").runId(RUN),
                new EventBuilder(SessionEvents.RUN_REQUESTED)
                        .sourceKind("cdp")
                        .runId(RUN)
                        .subject("session/waiting"),
                created("ended", "fake"),
                SessionEvents.make(SessionEvents.STOPPING, "ended"),
                SessionEvents.make(SessionEvents.STOPPED, "ended"),
                created("stopping", "fake"),
                SessionEvents.make(SessionEvents.RUNNING, "stopping"),
                SessionEvents.make(SessionEvents.STOPPING, "stopping"));
        told.clear();
        start();
        work();
        assertThat(told)
                .containsExactly(
                        "recover [stopping, a]",
                        "stop stopping",
                        "start waiting {\"task\":\"t\",\"driver\":\"fake\"}",
                        "send waiting " + RUN + " {\"n\":1}");
        append(SessionEvents.make(SessionEvents.STOPPING, "a"));
        assertThat(told).as("nothing is told twice").hasSize(5).last().isEqualTo("stop a");
    }

    @Test
    void shouldEndTheSessionsOfADriverThatThereIsNoMore() {
        work();
        append(
                created("running", "gone"),
                SessionEvents.make(SessionEvents.RUNNING, "running"),
                created("stopping", "gone"),
                SessionEvents.make(SessionEvents.STOPPING, "stopping"),
                created("worker", "worker"));
        start();
        work();
        assertThat(types()).endsWith("session.stopped", "session.failed").hasSize(7);
        assertThat(journaled())
                .contains("{\"error\":\"there is no command of this name any more: gone\"}");
    }

    @Test
    void shouldMakeEventsOfWhatTheDriverTells() {
        final SessionRef session = running("a");
        final DriverEvents events = driver().events;
        events.line(
                session,
                RUN,
                "{\"type\":\"RUN_STARTED\",\"threadId\":\"a\",\"runId\":\"" + RUN + "\"}");
        events.line(session, RUN, "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"more\":1.50}");
        events.line(session, RUN, "{\"type\":\"STEP_STARTED\"}");
        events.line(session, RUN, "half a li");
        events.log(session, "stderr", "careful \"now\"");
        events.completed(session, 0);
        events.log(session, "stderr", "after the end");
        work();
        assertThat(types())
                .containsExactly(
                        "session.created",
                        "session.running",
                        "RUN_STARTED",
                        "STEP_STARTED",
                        "log",
                        "log",
                        "log",
                        "log",
                        "RUN_ERROR",
                        "session.completed");
        assertThat(journaled())
                .contains(
                        "the session ended before the run: session.completed\",\"code\":\"SESSION_ENDED\"",
                        "\"subject\":\"session/a\",\"run_id\":\"" + RUN + "\"",
                        "\"source\":{\"kind\":\"local_process\",\"event\":\"fake\"}",
                        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"more\":1.50,\"threadId\":\"a\",\"runId\":\""
                                + RUN
                                + "\"}",
                        "{\"stream\":\"stdout\",\"text\":\"half a li\",\"error\":\"malformed JSON",
                        "{\"stream\":\"stderr\",\"text\":\"careful \\\"now\\\"\"}",
                        "{\"exit_code\":0}");
    }

    @Test
    void shouldPassOverLateNewsOfAnEarlierStart() {
        final SessionRef first = running("a");
        append(
                SessionEvents.make(SessionEvents.STOPPING, "a"),
                SessionEvents.make(SessionEvents.STARTING, "a"));
        final SessionRef second = driver().last();
        assertThat(second).isNotEqualTo(first);
        driver().events.stopped(first);
        driver().events.failed(first, "late", OptionalInt.of(1), OptionalInt.empty());
        work();
        assertThat(types()).doesNotContain("session.stopped", "session.failed");
        driver().events.running(second);
        work();
        driver().events.failed(second, "it broke", OptionalInt.empty(), OptionalInt.of(9));
        work();
        assertThat(types()).endsWith("session.running", "session.failed");
        assertThat(journaled()).contains("{\"error\":\"it broke\",\"signal\":9}");
    }

    @Test
    void shouldForgetASessionThatHasEnded() {
        final SessionRef ended = running("a");
        final SessionRef deleted = running("b");
        driver().events.completed(ended, 0);
        append(SessionEvents.make(SessionEvents.DELETED, "b"));
        driver().events.stopped(deleted);
        work();
        told.clear();
        append(
                SessionEvents.make(SessionEvents.INTERRUPTED, "a"),
                SessionEvents.make(SessionEvents.INTERRUPTED, "b"));
        assertThat(told).isEmpty();
        append(SessionEvents.make(SessionEvents.STARTING, "a"));
        assertThat(told).singleElement().asString().startsWith("start a");
    }

    /** Whoever ends a run first: it is ended once. */
    @Test
    void shouldEndTheRunsThatTheDriverDidNot() {
        final SessionRef session = running("a");
        append(
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("known"),
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("lost"));
        driver().events.line(session, "known", "{\"type\":\"RUN_ERROR\",\"message\":\"m\"}");
        driver().events.failed(session, "it broke", OptionalInt.empty(), OptionalInt.of(9));
        work();
        assertThat(types()).endsWith("RUN_ERROR", "RUN_ERROR", "session.failed");
        assertThat(journaled())
                .containsOnlyOnce(
                        "\"code\":\"SESSION_ENDED\",\"threadId\":\"a\",\"runId\":\"lost\"");
    }

    /** One append cannot take any number; the newest are those that somebody may wait for. */
    @Test
    void shouldEndTheNewestOfVeryManyRuns() {
        final SessionRef session = running("a");
        append(
                IntStream.range(0, 520)
                        .mapToObj(
                                i ->
                                        SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}")
                                                .runId("run-" + i))
                        .toArray(EventBuilder[]::new));
        driver().events.failed(session, "it broke", OptionalInt.empty(), OptionalInt.of(9));
        work();
        assertThat(types()).filteredOn("RUN_ERROR"::equals).hasSize(512);
        assertThat(journaled())
                .contains("\"runId\":\"run-8\"", "\"runId\":\"run-519\"")
                .doesNotContain("\"runId\":\"run-7\"");
    }

    @Test
    void shouldCallItStoppedWhateverHowItEndsWhenItWasToStop() {
        final SessionRef session = running("a");
        append(SessionEvents.make(SessionEvents.STOPPING, "a"));
        driver().events.failed(session, "killed", OptionalInt.empty(), OptionalInt.of(15));
        work();
        assertThat(types()).last().isEqualTo("session.stopped");
    }

    @Test
    void shouldFailASessionWhoseDriverThrows() {
        work();
        driver().fails = true;
        append(created("a", "fake"));
        assertThat(types()).containsExactly("session.created", "session.failed");
        assertThat(journaled()).contains("the driver failed: no such program");
    }

    @Test
    void shouldLoseNothingAndKeepTheOrderWhileTheDiskIsFull() {
        final SessionRef session = running("a");
        final int before = types().size();
        for (int i = 0; i < 300; i++) {
            if (i == 100) {
                core.sequence();
                core.journal().state(Journal.State.DISK_FULL);
            }
            assertThat(driver().events.log(session, "stderr", "line " + i)).isTrue();
            if (i % 7 == 0) {
                core.sequence();
                agent.doWork();
            }
        }
        driver().events.completed(session, 0);
        work();
        assertThat(types()).hasSizeLessThan(before + 150);
        core.journal().state(Journal.State.WRITABLE);
        work();
        assertThat(types()).hasSize(before + 301).last().isEqualTo("session.completed");
        final Matcher lines = Pattern.compile("\"text\":\"line (\\d+)\"").matcher(journaled());
        for (int i = 0; i < 300; i++) {
            assertThat(lines.find()).isTrue();
            assertThat(Integer.parseInt(lines.group(1))).isEqualTo(i);
        }
        assertThat(lines.find()).isFalse();
    }

    @Test
    void shouldBeWokenByTheJournalOnlyWhenSomethingWaitsForIt() {
        final SessionRef session = running("a");
        final AtomicInteger wakes = new AtomicInteger();
        agent.wakeBy(wakes::incrementAndGet);
        assertThat(driver().events.log(session, "stderr", "a line")).isTrue();
        core.sequence();
        assertThat(wakes).hasValue(0);
        assertThat(driver().events.log(session, "stderr", "the last line")).isTrue();
        assertThat(driver().events.completed(session, 0)).isTrue();
        agent.doWork();
        wakes.set(0);
        core.sequence();
        assertThat(wakes).as("the end waits for the line before it").hasPositiveValue();
        work();
        assertThat(types()).last().isEqualTo("session.completed");
    }

    @Test
    void shouldHaveADriverWaitThatTellsTooMuch() {
        final SessionRef session = running("a");
        int taken = 0;
        while (driver().events.log(session, "stderr", "x")) {
            taken++;
        }
        assertThat(taken).isEqualTo(OrderedAppends.COUNT_MAX);
        work();
        assertThat(driver().events.log(session, "stderr", "x")).isTrue();
    }

    @Test
    void shouldTellWhichSessionsAreDeletedAlsoWhenThatWasBeforeTheStart() {
        running("a");
        append(SessionEvents.make(SessionEvents.DELETED, "a"));
        append(SessionEvents.make(SessionEvents.DELETED, "of-a-worker"));
        assertThat(told).containsExactly("stop a", "deleted a", "deleted of-a-worker");
        append(created("a", "fake"));
        append(SessionEvents.make(SessionEvents.DELETED, "b"));
        append(SessionEvents.make(SessionEvents.DELETED, "c").sourceKind("local_process"));
        told.clear();

        kept.addAll(List.of("a", "b", "c", "never-heard-of", "No Id"));
        start();
        work();

        assertThat(told.stream().filter(each -> each.startsWith("deleted")))
                .containsExactly("deleted b");
    }

    @Test
    void shouldEndARunInPlaceOfTheSessionWithoutDisturbingTheOneItIsIn() {
        final SessionRef session = running("a");
        final DriverEvents events = driver().events;
        final String other = RUN.replace('1', '2');
        for (final String line : List.of("RUN_STARTED", "STEP_STARTED", "", "STEP_FINISHED", "")) {
            if (line.isEmpty()) {
                assertThat(events.runError(session, other, "no room", "NOT_PASSED_ON")).isTrue();
            } else {
                final String json = "{\"type\":\"" + line + "\",\"stepName\":\"s\"}";
                assertThat(events.line(session, RUN, json)).isTrue();
            }
        }
        assertThat(events.runError(session, RUN, "it is gone", "COMMAND_ENDED")).isTrue();
        assertThat(events.line(session, RUN, "{\"type\":\"RUN_FINISHED\"}")).isTrue();
        work();

        final String all = journaled();
        assertThat(all)
                .containsOnlyOnce("\"warning\"")
                .contains("after RUN_ERROR only RUN_STARTED");
        assertThat(all.split("NOT_PASSED_ON", -1)).hasSize(3);
        assertThat(all)
                .contains("\"message\":\"no room\"", "\"runId\":\"" + other + '"')
                .contains("\"code\":\"COMMAND_ENDED\"");
    }

    @Test
    void shouldCloseItsDrivers() {
        agent.onClose();
        assertThat(told).containsExactly("close");
    }
}
