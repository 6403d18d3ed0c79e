package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.FanoutConfig;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.fanout.Wire;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who do not read, each with a filter of its own, so that they share no bytes. */
@Timeout(30)
class UnwrittenTest {
    private static final int SUBSCRIBERS = 200;
    private static final int EVENTS = 100;
    private static final int EVENT_LENGTH = 5_000;
    private static final long LENGTH_MAX = 1024 * 1024;
    private static final long CHUNKS_LENGTH_MAX = 256 * 1024;
    private static final String EVENT =
            "{\"type\":\"a\",\"data\":\"" + "x".repeat(EVENT_LENGTH) + "\"}";

    private final Fabric fabric = new Fabric(1 << 20);
    private final CatchUp catchUp = TestStreams.catchUp(fabric, SUBSCRIBERS, CHUNKS_LENGTH_MAX);
    private final StreamLoop loop =
            TestStreams.loop(
                    fabric,
                    new FanoutAgent(
                            fabric.ring(),
                            UnpooledByteBufAllocator.DEFAULT,
                            fabric::timeUs,
                            latency -> {},
                            new FanoutConfig(8, 128, 32, 32, 256 * 1024, LENGTH_MAX)),
                    catchUp,
                    UnpooledByteBufAllocator.DEFAULT,
                    new SubscriberSlots(SUBSCRIBERS));
    private final List<FakeSocket> sockets = new ArrayList<>();

    private FakeSocket open(final int number) {
        final Filter filter =
                Filter.of(
                        Map.of(
                                Filter.Field.TYPE,
                                Set.of(Term.exact("a"), Term.exact("x" + number))));
        final FakeSocket socket =
                TestStreams.open(loop, new Subscription(Start.HEAD, filter, Framing.SSE));
        sockets.add(socket);
        return socket;
    }

    private void settle() {
        int work = 1;
        while (work > 0) {
            work = loop.doWork() + catchUp.doWork();
        }
    }

    private void publish(final int count) {
        for (int i = 0; i < count; i++) {
            fabric.publish(EVENT);
            settle();
        }
    }

    private long pending() {
        return sockets.stream().mapToLong(FakeSocket::pendingBytes).sum();
    }

    private static int seen(final FakeSocket socket) {
        return Wire.envelopes(Framing.SSE, Wire.unchunk(socket.received())).size();
    }

    @Test
    void shouldBoundWhatWaitsForAllWhoDoNotReadTogether() {
        for (int i = 0; i < SUBSCRIBERS; i++) {
            open(i);
        }
        final FakeSocket reading = sockets.get(SUBSCRIBERS - 1);
        reading.read(Long.MAX_VALUE / 4);
        final long oneEach = SUBSCRIBERS * (EVENT_LENGTH + 1_000L);
        for (int i = 1; i <= EVENTS; i++) {
            publish(1);
            if (i % 10 == 0) {
                loop.tick();
                settle();
            }
            assertThat(pending()).isLessThanOrEqualTo(LENGTH_MAX + oneEach + 2 * CHUNKS_LENGTH_MAX);
            assertThat(seen(reading)).isEqualTo(i);
        }
        assertThat(loop.fanout().isShort()).isTrue();
        sockets.forEach(socket -> socket.read(Long.MAX_VALUE / 4));
        for (int i = 0; i < 20; i++) {
            settle();
            loop.tick();
        }
        for (final FakeSocket socket : sockets) {
            assertThat(seen(socket)).isEqualTo(EVENTS);
        }
        assertThat(loop.counters().subscribers(SubscriberState.LIVE).get()).isEqualTo(SUBSCRIBERS);
        assertThat(loop.fanout().unwrittenLength()).isZero();
    }

    @Test
    void shouldCloseWhoTakesNothingForLongWhileOthersWaitForRoom() {
        for (int i = 0; i < SUBSCRIBERS; i++) {
            open(i);
        }
        publish(10);
        assertThat(loop.fanout().isShort()).isTrue();
        for (int i = 0; i < 40; i++) {
            loop.tick();
            settle();
        }
        assertThat(loop.counters().transitions(Transition.STALLED).get()).isPositive();
        assertThat(loop.fanout().isShort()).isFalse();
    }
}
