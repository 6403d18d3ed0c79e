package dev.weft.bench.micro;

import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.ring.BlockRing;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One duty cycle of the fan-out: a block of 16 events from the ring to every member, up to the
 * write, which is left out. Per cycle; the baseline is the ring alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class FanOutBenchmark {
    private static final int EVENTS = 16;
    private static final int RING_LENGTH = 1 << 24;

    /** Subscribers of one group. */
    @Param({"1", "1000"})
    private int members;

    private final SampleBlock sample = new SampleBlock();
    private int length;
    private long nextSequence;
    private @Nullable BlockRing ring;
    private @Nullable FanoutAgent agent;
    private byte @Nullable [][] copies;

    /** Makes the ring and lets the members join. */
    @Setup(Level.Trial)
    public void open() {
        length = sample.encode(EVENTS, 1_000_000);
        nextSequence = 1_000_000;
        ring = new BlockRing(RING_LENGTH, nextSequence);
        agent =
                new FanoutAgent(
                        ring,
                        PooledByteBufAllocator.DEFAULT,
                        new SystemEpochMicroClock(),
                        latency -> {});
        copies = new byte[members][length];
        for (int i = 0; i < members; i++) {
            agent.join(new Taker(), Filter.ALL, Framing.SSE, true, nextSequence);
        }
    }

    /** Ours. */
    @Benchmark
    public int weft() {
        append();
        if (agent == null) {
            throw new IllegalStateException("not open");
        }
        return agent.doWork();
    }

    /** The floor: the ring alone. */
    @Benchmark
    public long baselineRing() {
        append();
        return nextSequence;
    }

    /** The rival: a copy of the frames for each member. */
    @Benchmark
    public long rivalCopyPerMember() {
        append();
        if (copies == null) {
            throw new IllegalStateException("not open");
        }
        for (final byte[] copy : copies) {
            sample.buffer().getBytes(0, copy, 0, length);
        }
        return nextSequence;
    }

    private void append() {
        if (ring == null) {
            throw new IllegalStateException("not open");
        }
        final int offset = ring.claim(length);
        sample.moveTo(nextSequence);
        ring.buffer().putBytes(offset, sample.buffer(), 0, length);
        ring.commit(length, nextSequence, nextSequence + EVENTS - 1);
        nextSequence += EVENTS;
    }
}
