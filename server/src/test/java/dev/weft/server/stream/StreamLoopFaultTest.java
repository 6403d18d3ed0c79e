package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Wire;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.facts.Transition;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the streams of a loop when no buffer is left for a moment. */
class StreamLoopFaultTest {
    private static final long ALL_BYTES = Long.MAX_VALUE / 4;
    private static final int SUBSCRIBERS = 20; // more than have a step in one duty cycle
    private static final String EVENT = "{\"type\":\"a\",\"data\":\"" + "x".repeat(10_000) + "\"}";

    private final Fabric fabric = new Fabric(1 << 20);
    private final FailingAllocator fanoutAllocator = new FailingAllocator();
    private final FailingAllocator streamAllocator = new FailingAllocator();
    private final CatchUp catchUp =
            new CatchUp(fabric.journal(), UnpooledByteBufAllocator.DEFAULT, SUBSCRIBERS);
    private final StreamLoop loop =
            TestStreams.loop(
                    fabric,
                    new FanoutAgent(fabric.ring(), fanoutAllocator, fabric::timeUs, latency -> {}),
                    catchUp,
                    streamAllocator,
                    new SubscriberSlots(SUBSCRIBERS));
    private final List<FakeSocket> sockets = new ArrayList<>();
    private boolean isSignalled;

    @BeforeEach
    void listen() {
        loop.wakeBy(() -> isSignalled = true);
    }

    private FakeSocket open(final Start start) {
        final FakeSocket socket =
                TestStreams.open(loop, new Subscription(start, Filter.ALL, Framing.SSE));
        sockets.add(socket);
        return socket;
    }

    /** As a loop's duty does: again when there was work or a signal, and not because it threw. */
    private void run() {
        int work = 1;
        while (work > 0 || isSignalled) {
            isSignalled = false;
            work = 0;
            try {
                work = loop.doWork();
            } catch (final OutOfMemoryError ex) {
                assertThat(ex).hasMessage("no buffers are left");
            }
            work += catchUp.doWork();
        }
    }

    private void publish(final int count) {
        for (int i = 0; i < count; i++) {
            fabric.publish(EVENT);
            run();
        }
    }

    private static int seen(final FakeSocket socket) {
        return Wire.envelopes(Framing.SSE, Wire.unchunk(socket.received())).size();
    }

    private long count(final SubscriberState state) {
        return loop.counters().subscribers(state).get();
    }

    @Test
    void shouldCloseOnlyTheStreamForWhichNoBufferIsLeft() {
        for (int i = 0; i < SUBSCRIBERS; i++) {
            open(Start.HEAD);
        }
        publish(40); // they take none of it, and what they miss is in the ring
        assertThat(count(SubscriberState.CATCHING_UP)).isEqualTo(SUBSCRIBERS);
        streamAllocator.failures = 1;
        sockets.forEach(socket -> socket.read(ALL_BYTES));
        run();
        assertThat(loop.counters().transitions(Transition.DELIVERY_FAILED).get()).isEqualTo(1);
        assertThat(sockets.get(0).isOpen()).isFalse();
        assertThat(count(SubscriberState.LIVE)).isEqualTo(SUBSCRIBERS - 1);
        for (final FakeSocket socket : sockets.subList(1, SUBSCRIBERS)) {
            assertThat(seen(socket)).isEqualTo(40);
        }
        assertThat(catchUp.budget().holders()).isZero();
    }

    @Test
    void shouldCloseAStreamThatCannotGoOnBehindWhatWasRead() {
        publish(200); // more than the ring holds
        final FakeSocket broken = open(new Start(Start.Kind.AFTER, 150));
        broken.read(ALL_BYTES);
        while (catchUp.doWork() > 0) {
            assertThat(seen(broken)).as("the loop did nothing yet").isZero();
        }
        streamAllocator.failures = 1;
        fabric.publish(EVENT); // the loop hands it out before it takes the answer
        run();
        assertThat(broken.isOpen()).isFalse();
        assertThat(loop.counters().transitions(Transition.DELIVERY_FAILED).get()).isEqualTo(1);
        assertThat(count(SubscriberState.CATCHING_UP)).isZero();
    }

    @Test
    void shouldGoOnWithThoseWhoWaitWhenTheFanoutThrows() {
        final FakeSocket slow = open(Start.HEAD);
        publish(40);
        open(Start.HEAD).read(ALL_BYTES);
        fanoutAllocator.failures = 1;
        fabric.publish(EVENT);
        slow.read(ALL_BYTES); // waits for its step while the fan-out throws
        run();
        assertThat(count(SubscriberState.LIVE)).isEqualTo(2);
        assertThat(seen(slow)).isEqualTo(41);
        assertThat(seen(sockets.get(1))).isEqualTo(1);
    }
}
