package dev.weft.server.session.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.fanout.Fabric;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final String SERVER = "kernel_api";

    private final Fabric fabric =
            new Fabric(1 << 20, EventRules.forCallers(List.of(), List.of()).forServer());
    private final SessionTable table = new SessionTable(() -> 5, 10);

    private void on(
            final long sequence, final String source, final String subject, final String type) {
        table.on(
                fabric.block(
                        sequence,
                        List.of(
                                "{\"type\":\""
                                        + type
                                        + "\",\"subject\":\""
                                        + subject
                                        + "\",\"source\":{\"kind\":\""
                                        + source
                                        + "\"},\"data\":{\"driver\":\"worker\",\"worker\":\"w\",\"lease_id\":\"l\"}}")),
                0,
                sequence);
    }

    private List<String> sessions() {
        return table.before(Long.MAX_VALUE).stream()
                .map(session -> session.id() + " " + session.phase())
                .toList();
    }

    @Test
    void shouldForgetASessionThatHasEndedWhenRetentionTookItsBegin() {
        on(1, SERVER, "session/a", "session.created");
        on(2, SERVER, "session/b", "session.created");
        on(3, SERVER, "session/a", "session.completed");
        on(4, SERVER, "session/b", "session.completed");
        table.onOldest(2);
        assertThat(sessions()).containsExactly("b COMPLETED");
        assertThat(table.get("a")).isNull();
        assertThat(table.size()).isEqualTo(1);
        assertThat(table.count("completed")).isEqualTo(1);
        on(5, SERVER, "session/a", "session.starting");
        assertThat(table.get("a")).as("nothing but its end is left").isNull();
        table.onOldest(100);
        assertThat(sessions()).isEmpty();
        assertThat(table.count("completed")).isZero();
    }

    @Test
    void shouldListenToTheServerAloneAndOfSessionsAlone() {
        on(1, "cdp", "session/a", "session.created");
        on(2, SERVER, "tenants/b", "session.created");
        on(3, SERVER, "session/c", "session.running");
        assertThat(sessions()).isEmpty();
        on(4, SERVER, "session/c", "session.created");
        on(5, "cdp", "session/c", "session.deleted");
        on(6, SERVER, "tenants/c", "session.deleted");
        assertThat(sessions()).containsExactly("c PENDING");
    }

    @Test
    void shouldForgetWhatWasDeletedAndCountAnew() {
        on(1, SERVER, "session/a", "session.created");
        on(2, SERVER, "session/a", "session.claimed");
        on(3, SERVER, "session/a", "session.running");
        on(4, SERVER, "session/a", "session.deleted");
        assertThat(table.leased()).isEmpty();
        assertThat(table.count("running")).isZero();
        on(5, SERVER, "session/a", "session.created");
        assertThat(sessions()).containsExactly("a PENDING");
        assertThat(table.count("pending")).isEqualTo(1);
    }

    @Test
    void shouldKnowWhoseLeaseIsOver() {
        final long[] now = {5};
        final SessionTable timed = new SessionTable(() -> now[0], 10);
        final SessionState session = new SessionState("a", "worker", 1);
        assertThat(timed.isOverdue(session)).as("nobody has it").isFalse();
        session.claimed("w", "l", timed.leaseUntilNs());
        now[0] = 15;
        assertThat(timed.isOverdue(session)).isFalse();
        now[0] = 16;
        assertThat(timed.isOverdue(session)).isTrue();
    }
}
