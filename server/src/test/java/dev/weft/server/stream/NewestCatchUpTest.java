package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Policy;
import dev.weft.server.fanout.Wire;
import dev.weft.server.stream.facts.SubscriberState;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of the newest events that are behind while publishing goes on. */
@Timeout(20)
class NewestCatchUpTest {
    private static final int RING_CAPACITY = 1 << 16;
    private static final int SUBSCRIBERS = 20;
    private static final String EVENT = "{\"type\":\"a\",\"data\":\"" + "x".repeat(3_000) + "\"}";

    private final Fabric fabric = new Fabric(RING_CAPACITY);
    private final CatchUp catchUp =
            new CatchUp(fabric.journal(), UnpooledByteBufAllocator.DEFAULT, SUBSCRIBERS);
    private final StreamLoop loop =
            TestStreams.loop(fabric, catchUp, new SubscriberSlots(SUBSCRIBERS));

    private FakeSocket open(final Policy policy) {
        final Subscriber subscriber =
                loop.subscribe(
                        loop.begin(
                                new Subscription(
                                        new Start(Start.Kind.AFTER, 1),
                                        Filter.ALL,
                                        Framing.SSE,
                                        policy)),
                        true);
        final FakeSocket socket = new FakeSocket(subscriber);
        socket.read(Long.MAX_VALUE / 4);
        subscriber.onOpen(socket);
        return socket;
    }

    private void publish(final int count) {
        for (int i = 0; i < count; i++) {
            fabric.publish(EVENT);
            loop.doWork();
        }
    }

    private static int seen(final FakeSocket socket) {
        return Wire.envelopes(Framing.SSE, Wire.unchunk(socket.received())).size();
    }

    private long live() {
        return loop.counters().subscribers(SubscriberState.LIVE).get();
    }

    @Test
    void shouldGoLiveAlthoughABlockComesBetweenEachAskAndItsAnswer() {
        publish(100);
        for (int i = 0; i < SUBSCRIBERS; i++) {
            open(i % 2 == 0 ? Policy.LATEST : Policy.sample(1_000));
        }
        int rounds = 0;
        while (live() < SUBSCRIBERS) {
            assertThat(rounds++).as("rounds, %d are live", live()).isLessThan(4 * SUBSCRIBERS);
            publish(1);
            catchUp.doWork(); // one step for one of them
        }
    }

    @Test
    void shouldKeepToTheIntervalWhileTheRingCannotHelp() {
        publish(100);
        final List<FakeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sockets.add(open(Policy.sample(10)));
        }
        for (int round = 0; round < 100; round++) { // of 10 ms
            while (catchUp.doWork() > 0) {
                assertThat(live()).isZero();
            }
            for (int i = 0; i < 2 * RING_CAPACITY / EVENT.length(); i++) {
                fabric.publish(EVENT); // the loop is lapped before it takes the answers
            }
            fabric.advanceTime(10_000);
            loop.doWork();
        }
        for (final FakeSocket socket : sockets) {
            assertThat(seen(socket)).isBetween(8, 11);
        }
        int work = 1;
        while (work > 0 || live() < sockets.size()) {
            work = loop.doWork() + catchUp.doWork();
            fabric.advanceTime(1_000);
        }
    }
}
