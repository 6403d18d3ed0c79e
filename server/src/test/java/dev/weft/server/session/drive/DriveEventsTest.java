package dev.weft.server.session.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.agui.OrderMode;
import dev.weft.server.driver.SessionRef;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.journal.Journal;
import dev.weft.server.session.SessionsByHand;
import dev.weft.server.session.state.SessionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a driver tells, by hand: what becomes of it when it comes too late, too long or too often.
 */
class DriveEventsTest {
    private static final long STEP_NS = 10_000_000;
    private static final String STARTED =
            "{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}";

    private final SessionsByHand all = new SessionsByHand(1);
    private final OrderedAppends appends =
            new OrderedAppends(all.core().inbox(), all.core().events(), () -> {}, all::nowNs);
    private final List<SessionRef> ended = new ArrayList<>();
    private DriveEvents events = events(OrderMode.WARN);

    private DriveEvents events(final OrderMode mode) {
        return new DriveEvents(
                appends, all.commands(), all.sessionCommands(), mode, all::nowNs, ended::add);
    }

    @AfterEach
    void close() {
        all.close();
    }

    private SessionRef created(final String id) {
        all.create(id, "a-command");
        return new SessionRef(id, all.core().journal().appendedSequence(), "a-command", "{}");
    }

    private void work() {
        for (int i = 0; i < 50; i++) {
            appends.doWork();
            events.doWork();
            all.work();
            all.advance(STEP_NS);
        }
    }

    private void failed(final SessionRef session) {
        assertThat(events.failed(session, "it broke", OptionalInt.empty(), OptionalInt.empty()))
                .isTrue();
    }

    @Test
    void shouldTakeSoManyChangesAndNoMoreUntilTheyAreDone() {
        final SessionRef session = created("a");
        for (int i = 0; i < DriveEvents.CHANGES_MAX; i++) {
            assertThat(events.running(session)).isTrue();
        }
        assertThat(events.running(session)).isFalse();
        events.doWork();
        assertThat(events.completed(session, 0)).as("under way").isFalse();
        while (!events.completed(session, 0)) {
            work();
        }
        while (ended.isEmpty()) {
            work();
        }
        assertThat(all.types())
                .containsExactly("session.created", "session.running", "session.completed");
    }

    @Test
    void shouldTakeNoLineWithoutRoom() {
        final SessionRef session = created("a");
        while (events.log(session, "stderr", "x")) {}
        assertThat(events.line(session, null, STARTED)).isFalse();
        work();
        assertThat(events.line(session, null, STARTED)).isTrue();
        work();
        assertThat(all.count("a", "log")).isEqualTo(OrderedAppends.COUNT_MAX);
        assertThat(all.count("a", "RUN_STARTED")).isEqualTo(1);
    }

    @Test
    void shouldWaitForRoomForLongLinesToo() {
        final SessionRef session = created("a");
        final String text = "x".repeat(900_000);
        int taken = 0;
        while (events.log(session, "stderr", text)) {
            taken++;
        }
        assertThat(taken)
                .isBetween(
                        OrderedAppends.LENGTH_MAX / 1_000_000,
                        OrderedAppends.LENGTH_MAX / 900_000 + 1);
        work();
        assertThat(all.count("a", "log")).isEqualTo(taken);
        assertThat(events.log(session, "stderr", text)).isTrue();
    }

    @Test
    void shouldAppendWhatIsOutOfOrderWithAWarningOrLeaveItOut() {
        final SessionRef session = created("a");
        final String line = "{\"type\":\"STEP_FINISHED\",\"stepName\":\"s\"}";
        events.line(session, "r", line);
        work();
        assertThat(all.count("a", "STEP_FINISHED")).isEqualTo(1);
        assertThat(all.journaled())
                .containsOnlyOnce(
                        "\"warning\":\"STEP_FINISHED: the first event must be RUN_STARTED or RUN_ERROR\"");
        events = events(OrderMode.STRICT);
        events.line(session, "r", line);
        work();
        assertThat(all.count("a", "STEP_FINISHED")).isEqualTo(1);
        assertThat(all.journaled())
                .containsOnlyOnce(
                        "\"error\":\"STEP_FINISHED: the first event must be RUN_STARTED or RUN_ERROR\"");
    }

    @Test
    void shouldJudgeAnewAfterTheEnd() {
        events = events(OrderMode.STRICT);
        final SessionRef session = created("a");
        events.line(session, null, STARTED);
        events.completed(session, 0);
        work();
        all.append(SessionEvents.make(SessionEvents.STARTING, "a"));
        events.line(session, null, STARTED);
        work();
        assertThat(all.count("a", "RUN_STARTED")).isEqualTo(2);
        assertThat(all.count("a", "log")).isZero();
    }

    @Test
    void shouldShowTheBeginOfALongLineThatIsNoEvent() {
        final SessionRef session = created("a");
        events.line(session, null, "x".repeat(4_096) + "y".repeat(904));
        work();
        assertThat(all.journaled())
                .contains("xx\",\"error\":\"", "\"length\":5000}")
                .doesNotContain("xy");
    }

    /** It cannot be an event, although it is one of AG-UI. */
    @Test
    void shouldSayWhyALineCannotBeAppended() {
        final SessionRef session = created("a");
        final String text = "x".repeat(1_000_000);
        assertThat(events.log(session, "stderr", text)).isTrue();
        assertThat(events.line(session, null, STARTED)).isTrue();
        work();
        assertThat(all.count("a", "log")).isEqualTo(1);
        assertThat(all.count("a", "RUN_STARTED")).isEqualTo(1);
        assertThat(all.journaled())
                .contains("an event must not have more than", "\"length\":1000000}");
    }

    @Test
    void shouldTryAChangeAgainThatWasRefusedAndKeepTheirOrder() {
        final SessionRef session = created("a");
        final SessionRef other = created("b");
        all.core().journal().state(Journal.State.DISK_FULL);
        events.running(session);
        events.completed(session, 0);
        events.running(other);
        work();
        assertThat(all.types()).hasSize(2);
        assertThat(ended).isEmpty();
        all.core().journal().state(Journal.State.WRITABLE);
        work();
        assertThat(all.types().subList(2, all.types().size()))
                .as("none is lost, and none overtakes another")
                .containsExactly("session.running", "session.completed", "session.running");
        assertThat(ended).containsExactly(session);
    }

    @Test
    void shouldTakeNothingOfASessionBeforeItIsKnownToRun() {
        final SessionRef session = created("a");
        final SessionRef other = created("b");
        events.running(other);
        work();
        events.running(session);

        assertThat(events.line(session, null, STARTED)).isFalse();
        assertThat(events.log(session, "stderr", "a text")).isFalse();
        assertThat(events.runError(session, "r", "a message", "A_CODE")).isFalse();
        assertThat(events.log(other, "stderr", "a text")).isTrue();
        work();
        assertThat(events.line(session, null, STARTED)).isTrue();
        work();
        assertThat(all.types()).containsSubsequence("session.running", "log", "session.running");
        assertThat(all.types()).endsWith("session.running", "RUN_STARTED");
    }

    @Test
    void shouldWaitBeforeItTriesAgain() {
        events.running(created("a"));
        all.core().journal().state(Journal.State.DISK_FULL);
        events.doWork();
        all.work();
        int tries = 0;
        for (int i = 0; i < 30; i++) {
            tries += events.doWork();
            all.work();
            all.advance(STEP_NS);
        }
        assertThat(tries).isBetween(2, 3);
    }

    @Test
    void shouldPassOverTheNewsOfASessionThatIsGoneOrWasNeverHere() {
        final SessionRef deleted = created("a");
        all.append(SessionEvents.make(SessionEvents.DELETED, "a"));
        all.append(new EventBuilder("note").sourceKind("cdp").subject("session/x"));
        final SessionRef unknown = new SessionRef("x", 1, "a-command", "{}");
        failed(deleted);
        failed(unknown);
        work();
        assertThat(all.types()).doesNotContain("session.failed");
        assertThat(ended).containsExactly(deleted, unknown);
    }

    @Test
    void shouldPassOverWhatChangesNothingAnyMore() {
        final SessionRef session = created("a");
        events.running(session);
        events.running(session);
        work();
        assertThat(all.count("a", SessionEvents.RUNNING)).isEqualTo(1);
        events.completed(session, 0);
        failed(session);
        events.running(session);
        work();
        assertThat(all.types())
                .containsExactly("session.created", "session.running", "session.completed");
    }

    /** Of a run whose last event is very old nobody waits for the end. */
    @Test
    void shouldLookAtTheNewestEventsForRunsThatAreOpen() {
        final SessionRef session = created("a");
        all.append(SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("old"));
        for (int i = 0; i < 4_095; i++) {
            all.append(SessionEvents.make("RUN_STARTED", "a", "{}").runId("busy"));
        }
        all.append(SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("new"));
        failed(session);
        work();
        assertThat(all.types()).endsWith("RUN_ERROR", "RUN_ERROR", "session.failed");
        assertThat(all.count("a", "RUN_ERROR")).isEqualTo(2);
        assertThat(all.journaled()).contains("\"runId\":\"busy\"", "\"runId\":\"new\"");
    }
}
