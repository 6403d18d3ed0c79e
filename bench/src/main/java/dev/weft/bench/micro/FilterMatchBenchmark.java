package dev.weft.bench.micro;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Whether a filter of two fields lets an event of a block pass. Per event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class FilterMatchBenchmark {
    private static final int EVENTS = 64;

    private final SampleBlock sample = new SampleBlock();
    private final BlockFlyweight block = new BlockFlyweight();
    private final Filter filter =
            Filter.of(
                    Map.of(
                            Filter.Field.TYPE,
                            Set.of(Term.exact("other.type"), Term.prefix("bench.")),
                            Filter.Field.SUBJECT,
                            Set.of(Term.exact("host/bench"))));

    /** Makes the block. */
    @Setup(Level.Trial)
    public void open() {
        block.wrap(sample.buffer(), 0, sample.encode(EVENTS, 1_000_000));
    }

    /** Ours. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int weft() {
        int passed = 0;
        for (int i = 0; i < EVENTS; i++) {
            passed += filter.matches(block, i) ? 1 : 0;
        }
        return passed;
    }

    /** The floor: the length of the field is read. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int baselineFrameLength() {
        int sum = 0;
        for (int i = 0; i < EVENTS; i++) {
            sum += block.frameLength(i);
        }
        return sum;
    }
}
