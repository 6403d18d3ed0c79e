package dev.weft.bench.micro;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From prepared records to a block of 64 frames with its checksum. Per event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameEncodeBenchmark {
    private static final int EVENTS = 64;

    private final SampleBlock block = new SampleBlock();
    private final UnsafeBuffer prepared = new UnsafeBuffer(block.prepared());
    private final String body = new String(block.prepared(), StandardCharsets.ISO_8859_1);
    private long sequence = 1_000_000;

    /** Ours. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int weft() {
        sequence += EVENTS;
        return block.encode(EVENTS, sequence);
    }

    /** The floor: the records are only copied. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int baselineCopy() {
        int position = 0;
        for (int i = 0; i < EVENTS; i++) {
            block.buffer().putBytes(position, prepared, 0, prepared.capacity());
            position += prepared.capacity();
        }
        return position;
    }

    /** The rival: strings, without a checksum. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int rivalStrings() {
        int position = 0;
        for (int i = 0; i < EVENTS; i++) {
            final long next = sequence++;
            final byte[] frame =
                    ("id: " + next + "\ndata: {\"seq\":" + next + ",\"event\":{" + body + "}}\n\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            block.buffer().putBytes(position, frame);
            position += frame.length;
        }
        return position;
    }
}
