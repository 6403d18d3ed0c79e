package dev.weft.server.session.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.Problem;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.SessionsByHand;
import dev.weft.server.session.state.SessionEvents;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leases by hand: who is too late, who is in time after all, and what no worker may have. */
class LeasesTest {
    private static final long LEASE_NS = 30_000_000_000L;

    private final SessionsByHand all = new SessionsByHand(LEASE_NS);
    private final Leases leases = new Leases(LEASE_NS, 3);

    @AfterEach
    void close() {
        all.close();
    }

    private static byte[] body(final String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }

    private String refusal(final String id, final String body) {
        return all.ask(id, leases.claim(body(body))).refusal();
    }

    private String claim(final String id) {
        all.create(id, "worker");
        final String json = all.ask(id, leases.claim(body("{'worker':'w'}"))).json();
        return json.replaceAll(".*\"lease_id\":\"([^\"]+)\".*", "$1");
    }

    /** Somebody found it overdue a moment ago. */
    private void lose(final String id, final String lease) {
        all.ask(id, session -> leases.lose(session, lease));
    }

    @Test
    void shouldTakeASessionOnlyFromAWorkerThatIsStillTooLate() {
        final String lease = claim("a");
        lose("a", lease);
        assertThat(all.count("a", SessionEvents.LEASE_LOST)).as("in time").isZero();
        all.advance(LEASE_NS + 1);
        all.ask("a", leases.report(body("{'lease_id':'" + lease + "'}")));
        lose("a", lease);
        assertThat(all.count("a", SessionEvents.LEASE_LOST)).as("heard of after all").isZero();
        all.advance(LEASE_NS + 1);
        lose("a", "that of another");
        assertThat(all.count("a", SessionEvents.LEASE_LOST)).as("somebody else's").isZero();
        lose("a", lease);
        assertThat(all.count("a", SessionEvents.LEASE_LOST)).isEqualTo(1);
        lose("a", lease);
        assertThat(all.count("a", SessionEvents.LEASE_LOST)).as("lost already").isEqualTo(1);
    }

    @Test
    void shouldLoseNothingOfASessionThatTheServerNeverMade() {
        all.append(new EventBuilder("note").sourceKind("cdp").subject("session/x"));
        lose("x", "a lease");
        assertThat(all.count("x", SessionEvents.LEASE_LOST)).isZero();
    }

    /** Nobody will ever begin what its worker had not: the session was to stop. */
    @Test
    void shouldEndAllRunsOfAStoppingSessionWhoseWorkerIsLost() {
        final String lease = claim("a");
        lose("a", lease); // in time: from now on the lease lasts
        all.append(
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("r"),
                SessionEvents.make(SessionEvents.STOPPING, "a"));
        all.advance(LEASE_NS + 1);
        lose("a", lease);
        assertThat(all.types()).endsWith("RUN_ERROR", "session.lease_lost", "session.stopped");
    }

    @Test
    void shouldLookAgainWhenALookWasRefused() {
        final LostLeases lost =
                new LostLeases(new WorkerRoutes.Shared(LEASE_NS, 3, OrderMode.WARN));
        lose("a", claim("a")); // in time: from now on the lease lasts
        all.advance(LEASE_NS + 1);
        final AtomicInteger refusedCount = new AtomicInteger();
        while (refusedCount.get() == 0) { // until no more questions may wait
            all.commands()
                    .run(
                            (index, head) -> done(),
                            new Commands.Asker() {
                                @Override
                                public void onDone(final Reply reply) {}

                                @Override
                                public void onRefused(final Problem problem) {
                                    refusedCount.incrementAndGet();
                                }
                            });
        }
        final AtomicInteger doneCount = new AtomicInteger();
        lost.look(all.commands(), all.sessionCommands(), doneCount::incrementAndGet);
        assertThat(doneCount).hasValue(1);
        all.work();
        assertThat(look(lost)).isEqualTo(1);
    }

    @Test
    void shouldTakeSoManySessionsAtOneLook() {
        final int more = 7;
        for (int i = 0; i < Commands.TOGETHER_MAX + more; i++) {
            final String id = "s" + i;
            all.create(id, "worker");
            all.append(
                    SessionEvents.make(
                            SessionEvents.CLAIMED,
                            id,
                            "{\"worker\":\"w\",\"lease_id\":\"l" + i + "\"}"));
        }
        final LostLeases lost =
                new LostLeases(new WorkerRoutes.Shared(LEASE_NS, 3, OrderMode.WARN));
        all.hand().ask((index, head) -> all.sessions().upTo(index, head) == null ? null : done());
        all.advance(LEASE_NS + 1);
        assertThat(look(lost)).isEqualTo(Commands.TOGETHER_MAX);
        assertThat(look(lost)).isEqualTo(Commands.TOGETHER_MAX + more);
        assertThat(look(lost)).as("nothing is left").isEqualTo(Commands.TOGETHER_MAX + more);
    }

    private static Decision done() {
        return Decision.reply(new Reply(200, null));
    }

    /** Looks once; how many were lost by then. */
    private long look(final LostLeases lost) {
        final AtomicInteger doneCount = new AtomicInteger();
        lost.look(all.commands(), all.sessionCommands(), doneCount::incrementAndGet);
        for (int i = 0; i < 2_000 && doneCount.get() == 0; i++) {
            all.work();
        }
        all.work();
        assertThat(doneCount).hasValue(1);
        return all.count(null, SessionEvents.LEASE_LOST);
    }

    @Test
    void shouldGiveAwayNothingThatDoesNotWaitForAWorker() {
        final String worker = "{'worker':'w'}";
        all.append(new EventBuilder("note").sourceKind("cdp").subject("session/x"));
        assertThat(refusal("x", worker)).isEqualTo("409 Session state is unknown");
        all.create("mine", "a-command");
        assertThat(refusal("mine", worker))
                .isEqualTo("409 Session is not for workers: driver is a-command");
        claim("a");
        assertThat(refusal("a", worker)).isEqualTo("409 Session is claimed already");
        all.append(SessionEvents.make(SessionEvents.COMPLETED, "a"));
        assertThat(refusal("a", worker))
                .isEqualTo("409 Session does not wait for a worker: status is completed");
        assertThat(all.count("a", SessionEvents.CLAIMED)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'worker':null} | worker: is required
                    {'worker':''} | worker: must be a string of 1 to 128 characters
                    {'worker':5} | worker: must be a string of 1 to 128 characters
                    {'worker':'LONG'} | worker: must be a string of 1 to 128 characters
                    {'LONG':1} | a member: is no member of this request
                    """)
    void shouldRefuseABadName(final String body, final String refusal) {
        all.create("a", "worker");
        assertThat(refusal("a", body.replace("LONG", "x".repeat(129)))).isEqualTo("400 " + refusal);
        assertThat(all.count("a", SessionEvents.CLAIMED)).isZero();
    }

    @Test
    void shouldTakeNullForAbsentInAReport() {
        final String lease = claim("a");
        assertThat(all.ask("a", leases.report(body("{'lease_id':null}"))).refusal())
                .isEqualTo("400 lease_id: is required");
        final String body = "{'lease_id':'" + lease + "','status':'completed','result':null}";
        assertThat(all.ask("a", leases.report(body(body))).json()).contains("completed");
        assertThat(all.journaled()).doesNotContain("\"result\"");
    }
}
