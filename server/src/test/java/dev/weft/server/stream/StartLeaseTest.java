package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.journal.Lease;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What retention must not take while a start is looked for, nor until its stream has it. */
class StartLeaseTest {
    private static final int EVENTS = 1_000;
    private static final Filter ODD =
            Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("k/1"))));

    private final Fabric fabric = new Fabric(1 << 16);
    private final CatchUp catchUp = TestStreams.catchUp(fabric, 8, CatchUp.CHUNKS_LENGTH_MAX);
    private final StreamLoop loop = TestStreams.loop(fabric, catchUp, new SubscriberSlots(8));

    @BeforeEach
    void publish() {
        for (int i = 0; i < EVENTS; i++) {
            fabric.publish("{\"type\":\"a\",\"subject\":\"k/" + i % 2 + "\"}");
            loop.doWork();
        }
    }

    private FakeSocket open(final Start start) {
        return TestStreams.open(loop, new Subscription(start, ODD, Framing.SSE));
    }

    private static Start start(final Start.Kind kind) {
        return new Start(kind, kind == Start.Kind.LAST ? EVENTS / 2 : Fabric.START_US);
    }

    @ParameterizedTest
    @CsvSource({"SINCE", "LAST"})
    void shouldKeepWhatAStartIsResolvedToFromThenOn(final Start.Kind kind) {
        final FakeSocket socket = open(start(kind));
        long leased = Lease.NONE;
        while (leased > 2) { // the first one, or the first odd one
            assertThat(catchUp.doWork()).as("still looks for it").isPositive();
            assertThat(fabric.journal().leasedFrom()).isLessThanOrEqualTo(leased);
            leased = fabric.journal().leasedFrom();
        }
        while (catchUp.doWork() > 0) {
            fabric.advanceTime(1_000_000);
            assertThat(fabric.journal().leasedFrom()).as("not taken yet").isLessThanOrEqualTo(2);
        }
        loop.doWork(); // the client reads nothing: it goes on when that changes
        fabric.advanceTime(1_000_000);
        catchUp.doWork();
        assertThat(fabric.journal().leasedFrom()).as("the loop's").isBetween(3L, EVENTS + 1L);
        socket.read(Long.MAX_VALUE / 4);
        while (loop.doWork() + catchUp.doWork() > 0) {
            assertThat(fabric.journal().leasedFrom()).isLessThanOrEqualTo(EVENTS + 1L);
        }
        loop.tick();
        assertThat(fabric.journal().leasedFrom()).isEqualTo(Lease.NONE);
    }

    @Test
    void shouldKeepNothingForAClientThatGoes() {
        final FakeSocket socket = open(start(Start.Kind.SINCE));
        catchUp.doWork();
        assertThat(fabric.journal().leasedFrom()).isEqualTo(1);
        socket.close();
        socket.handler().onClose(socket);
        loop.tick();
        while (catchUp.doWork() > 0) {
            assertThat(fabric.journal().leasedFrom()).isPositive();
        }
        assertThat(fabric.journal().leasedFrom()).isEqualTo(Lease.NONE);
    }
}
