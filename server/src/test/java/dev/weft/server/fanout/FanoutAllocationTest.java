package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.harness.Allocation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fan-out on a thread like that of an I/O loop, as the launcher starts the server. */
class FanoutAllocationTest {
    private static final int MEMBERS = 50;
    private static final int CYCLES = 200;
    private static final int WINDOWS = 10;
    private static final List<String> EVENTS =
            IntStream.range(0, 16)
                    .mapToObj(i -> "{\"type\":\"job.step\",\"data\":" + i + "}")
                    .toList();

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** A subscriber that takes everything. */
    private static final class Taker implements Member {
        private final Seat seat = new Seat();
        private long byteCount;

        @Override
        public boolean deliver(final ByteBuf batch, final boolean isLast) {
            byteCount += batch.readableBytes();
            batch.release();
            return true;
        }

        @Override
        public void onLeft(final long cursor, final LeaveReason reason) {
            throw new IllegalStateException("left at " + cursor + ": " + reason);
        }

        @Override
        public Seat seat() {
            return seat;
        }
    }

    @BeforeEach
    void looksForNoLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void looksForLeaksAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void shouldAllocateNothingPerBatchWhenEveryoneWantsAll() throws Exception {
        onLoopThread(() -> handOut(Filter.ALL));
    }

    @Test
    void shouldAllocateNothingPerBatchWhenAGroupFilters() throws Exception {
        onLoopThread(
                () -> handOut(Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("job."))))));
    }

    @Test
    void shouldAllocateNothingPerBatchWhenAGroupWantsPayloadsUpToAnEnd() throws Exception {
        final Filter filter =
                Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("job."))))
                        .endingWith(
                                Ending.of(
                                        "stream.complete",
                                        Map.of("job.completed", "{}", "job.failed", "{}")));
        for (final Framing framing :
                List.of(
                        Framing.SSE_PAYLOAD_NAMED,
                        Framing.WEBSOCKET_PAYLOAD,
                        Framing.NDJSON_PAYLOAD)) {
            onLoopThread(() -> handOut(filter, framing));
        }
    }

    private static void handOut(final Filter filter) {
        handOut(filter, Framing.SSE);
    }

    private static void handOut(final Filter filter, final Framing framing) {
        final Fabric fabric = new Fabric(1 << 20);
        final FanoutAgent fanout =
                new FanoutAgent(
                        fabric.ring(),
                        PooledByteBufAllocator.DEFAULT,
                        fabric::timeUs,
                        latency -> {});
        final List<Taker> takers = IntStream.range(0, MEMBERS).mapToObj(i -> new Taker()).toList();
        for (final Taker taker : takers) {
            fanout.join(taker, filter, framing, true, fanout.nextSequence());
        }
        Allocation.awaitNone(
                CYCLES,
                WINDOWS,
                () -> {
                    fabric.publish(EVENTS);
                    final long before = Allocation.bytes();
                    int work = 0;
                    for (int turn = fanout.doWork(); turn > 0; turn = fanout.doWork()) {
                        work += turn;
                    }
                    final long allocated = Allocation.bytes() - before;
                    if (work < EVENTS.size()) {
                        throw new AssertionError("handed out: " + work);
                    }
                    return allocated;
                });
        assertThat(takers)
                .allSatisfy(taker -> assertThat(taker.byteCount).isGreaterThan(16L * CYCLES));
    }

    /** Netty keeps its caches for such threads only. */
    private static void onLoopThread(final Runnable test) throws Exception {
        final FutureTask<Void> task = new FutureTask<>(test, null);
        final Thread thread = new FastThreadLocalThread(task, "weft-io-0");
        thread.start();
        try {
            task.get();
        } catch (final ExecutionException ex) {
            throw new AssertionError(ex.getCause());
        }
    }
}
