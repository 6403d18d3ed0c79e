package dev.weft.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Fabric;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Wire;
import dev.weft.server.stream.replay.CatchUp;
import dev.weft.server.stream.subscription.Start;
import dev.weft.server.stream.subscription.Subscription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many who replay the same range, and what is kept for them. */
class SharedReplayTest {
    private static final int SUBSCRIBERS = 40;
    private static final int BLOCKS = 100;
    private static final int EVENTS = 10; // of a block, which is some 20 KB

    private final Fabric fabric = new Fabric(1 << 16);
    private final CatchUp catchUp =
            TestStreams.catchUp(fabric, SUBSCRIBERS, CatchUp.CHUNKS_LENGTH_MAX);
    private final StreamLoop loop =
            TestStreams.loop(fabric, catchUp, new SubscriberSlots(SUBSCRIBERS));

    @BeforeEach
    void publish() {
        final String event = "{\"type\":\"a\",\"data\":\"" + "x".repeat(2_000) + "\"}";
        for (int i = 0; i < BLOCKS; i++) {
            fabric.publish(Collections.nCopies(EVENTS, event));
            loop.doWork();
        }
    }

    private FakeSocket open(final Framing framing, final boolean chunked) {
        return TestStreams.open(
                loop,
                loop.begin(new Subscription(new Start(Start.Kind.AFTER, 0), Filter.ALL, framing)),
                chunked);
    }

    private int work() {
        return loop.doWork() + catchUp.doWork();
    }

    @ParameterizedTest
    @CsvSource({"SSE,true", "SSE,false", "NDJSON,true"})
    void shouldReadAboutOnceForManyAtTheSamePlace(final Framing framing, final boolean chunked) {
        final List<FakeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            sockets.add(open(framing, chunked));
        }
        final long readBefore = fabric.journal().blocksRead();
        final SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 1_000; round++) { // each at its own pace
            for (int i = 0; i < SUBSCRIBERS; i++) {
                sockets.get(i).read(random.nextInt(60_000));
            }
            work();
            work();
        }
        sockets.forEach(socket -> socket.read(Long.MAX_VALUE / 4));
        int work = 1;
        while (work > 0) {
            work = work();
        }
        for (final FakeSocket socket : sockets) {
            final byte[] received = socket.received();
            final List<String> seen =
                    Wire.envelopes(framing, chunked ? Wire.unchunk(received) : received);
            assertThat(seen).hasSize(BLOCKS * EVENTS);
            for (int i = 0; i < seen.size(); i++) {
                assertThat(seen.get(i)).startsWith("{\"seq\":" + (i + 1) + ",");
            }
        }
        assertThat(fabric.journal().blocksRead() - readBefore)
                .isBetween((long) BLOCKS - 10, BLOCKS + BLOCKS / 10L);
    }

    @Test
    void shouldGiveBackWhatItKeptWhenNobodyAsksForASecond() {
        final FakeSocket socket = open(Framing.SSE, true);
        socket.read(Long.MAX_VALUE / 4);
        while (work() > 0) {
            assertThat(catchUp.budget().used()).isLessThan(CatchUp.CHUNKS_LENGTH_MAX);
        }
        assertThat(Wire.envelopes(Framing.SSE, Wire.unchunk(socket.received())))
                .hasSize(BLOCKS * EVENTS);
        assertThat(fabric.journal().memoryHeld()).as("kept for others").isPositive();
        fabric.advanceTime(999_000);
        work();
        assertThat(fabric.journal().memoryHeld()).isPositive();
        fabric.advanceTime(2_000);
        work();
        assertThat(fabric.journal().memoryHeld()).isZero();
        assertThat(catchUp.budget().used()).isZero();
        assertThat(catchUp.budget().holders()).isZero();
    }

    @Test
    void shouldHoldTheJournalsMemoryUntilTheLastByteIsWrittenOrThrownAway() {
        final FakeSocket stalled = open(Framing.SSE, true);
        final FakeSocket leaving = open(Framing.SSE, true);
        int work = 1;
        while (work > 0) {
            work = work();
        }
        assertThat(stalled.pendingBytes()).isGreaterThan(100_000);
        assertThat(fabric.journal().memoryHeld()).isPositive();
        catchUp.onClose();
        assertThat(fabric.journal().openReaders()).isZero();
        assertThat(fabric.journal().memoryHeld()).as("still to be written").isPositive();
        leaving.close();
        leaving.handler().onClose(leaving);
        assertThat(fabric.journal().memoryHeld()).isPositive();
        stalled.read(Long.MAX_VALUE / 4);
        assertThat(fabric.journal().memoryHeld()).isZero();
    }
}
