package dev.weft.bench.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.frame.BlockEncoder;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.SegmentLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Adding events to the segment that grows; when it is full it is cleared, which counts, too. To be
 * read beside {@link AppendBenchmark}: both per event of 64.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class IndexBenchmark {
    private static final int EVENTS = 64;
    private static final int BLOCKS = 4_096; // so many that no cache holds what they say
    private static final int CAPACITY = 64 << 10;

    /**
     * What the events say: always the same; or a subject of 50,000, a run of each 100 events and a
     * correlation of each 4.
     */
    @Param({"same", "mixed"})
    private String texts = "same";

    private final BlockFlyweight[] blocks = new BlockFlyweight[BLOCKS];
    private final GrowingSegment segment = new GrowingSegment(SegmentLimits.PRODUCT, 7);
    private int next;

    /** Encodes the blocks. */
    @Setup
    public void encode() {
        final EventParser parser = SampleBlock.newParser();
        final BlockEncoder encoder = new BlockEncoder();
        for (int block = 0; block < BLOCKS; block++) {
            final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
            final long first = 1 + (long) block * EVENTS;
            encoder.begin(memory, 0, EVENTS, first, SampleBlock.TIME_US + first);
            for (int i = 0; i < EVENTS; i++) {
                final byte[] json = event(block * EVENTS + i).getBytes(UTF_8);
                final byte[] target = new byte[EventParser.recordLengthMax(json.length)];
                parser.wrap(Arrays.copyOf(json, json.length + EventParser.PADDING), json.length);
                final int end = parser.parseOnly(0, target, 0);
                encoder.append(new UnsafeBuffer(target), 0, end);
            }
            blocks[block] = new BlockFlyweight().wrap(memory, 0, encoder.end());
        }
    }

    private String event(final int number) {
        return "same".equals(texts)
                ? SampleBlock.EVENT
                : ("{\"type\":\"step.%d\",\"category\":\"job\",\"subject\":\"job/%d\",\"run_id\":\"run-%d\","
                                + "\"correlation_id\":\"c-%d\",\"data\":{\"text\":\"xxxxxxxxxxxxxxxxxxxxxxxxxx\"}}")
                        .formatted(number % 20, number * 31 % 50_000, number / 100, number / 4);
    }

    /** One block. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int weft() {
        next = (next + 1) % BLOCKS;
        final BlockFlyweight block = blocks[next];
        if (next == 0) { // from here on times go back
            segment.clear();
        }
        for (int i = 0; i < EVENTS; i++) {
            if (segment.isFull(block.timestamp(i))) {
                segment.clear();
            }
            segment.add(block, i, next, 0);
        }
        return segment.count();
    }

    /** The floor: the same texts are looked at and nothing is kept. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long baselineLook() {
        final BlockFlyweight block = blocks[next];
        next = (next + 1) % BLOCKS;
        long sum = 0;
        for (int i = 0; i < EVENTS; i++) {
            sum += block.timestamp(i) + block.buffer().getByte(block.bodyOffset(i));
        }
        return sum;
    }
}
