package dev.weft.bench.guard;

import dev.weft.bench.micro.GroupEncodeBenchmark;
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
import org.openjdk.jmh.infra.Blackhole;

/**
 * The encoding for a group with a regression in it, by which the guard's self-test sees that it
 * barks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlantedBenchmark {
    private static final int EVENTS = 64;
    private static final int OBJECT_LENGTH = 8; // with its header the smallest that has anything

    private final GroupEncodeBenchmark sound = new GroupEncodeBenchmark();
    private int turn;

    /** Makes the block and the batch. */
    @Setup(Level.Trial)
    public void open() {
        sound.open();
    }

    /** Three quarters of the work are done twice: 1.75 times as slow. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int slow() {
        turn = (turn + 1) & 3;
        return turn == 0 ? sound.weft() : sound.weft() + sound.weft();
    }

    /** One small object for each batch of 64 events. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int allocating(final Blackhole sink) {
        sink.consume(new byte[OBJECT_LENGTH]);
        return sound.weft();
    }
}
