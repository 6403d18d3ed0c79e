package dev.weft.bench.micro;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.FramePlan;
import dev.weft.server.fanout.Term;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One batch of 64 events for a group of subscribers: filter, framing, one chunk. Per event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class GroupEncodeBenchmark {
    private static final int EVENTS = 64;

    /** What the group wants. */
    @Param({"all", "type"})
    private String filter = "all";

    /** How it wants it. */
    @Param({"SSE", "NDJSON", "SSE_PAYLOAD_NAMED"})
    private Framing framing = Framing.SSE;

    private final SampleBlock sample = new SampleBlock();
    private final BlockFlyweight block = new BlockFlyweight();
    private @Nullable Batch batch;

    /** Makes the block and the batch. */
    @Setup(Level.Trial)
    public void open() {
        final int length = sample.encode(EVENTS, 1_000_000);
        block.wrap(sample.buffer(), 0, length);
        final Filter wanted =
                filter.equals("all")
                        ? Filter.ALL
                        : Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("bench."))));
        batch =
                new Batch(PooledByteBufAllocator.DEFAULT, new FramePlan())
                        .begin(wanted, framing, true);
    }

    /** Ours. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int weft() {
        final Batch own = batch();
        own.append(block, 0, EVENTS, Integer.MAX_VALUE, Batch.ALWAYS);
        return release(own.take());
    }

    /** The floor: the frames copied as one slice into a pooled buffer. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int baselineCopy() {
        final int length = block.length() - block.framesOffset();
        final ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(length);
        bytes.writeBytes(
                sample.buffer()
                        .byteBuffer()
                        .duplicate()
                        .limit(block.length())
                        .position(block.framesOffset()));
        return release(bytes);
    }

    /** The rival: a buffer and a text per event. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int rivalStrings() {
        int sum = 0;
        for (int i = 0; i < EVENTS; i++) {
            final String frame =
                    block.buffer()
                            .getStringWithoutLengthUtf8(block.frameOffset(i), block.frameLength(i));
            final ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(frame.length());
            bytes.writeCharSequence(frame, StandardCharsets.UTF_8);
            sum += release(bytes);
        }
        return sum;
    }

    private static int release(final @Nullable ByteBuf bytes) {
        if (bytes == null) {
            throw new IllegalStateException("empty batch");
        }
        final int length = bytes.readableBytes();
        bytes.release();
        return length;
    }

    private Batch batch() {
        if (batch == null) {
            throw new IllegalStateException("not open");
        }
        return batch;
    }
}
