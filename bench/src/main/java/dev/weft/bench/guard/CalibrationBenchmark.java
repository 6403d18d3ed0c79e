package dev.weft.bench.guard;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast this machine is at the moment, with work like that of the hot path and none of its code:
 * bytes looked at one by one, copied, and summed up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class CalibrationBenchmark {
    private static final int LENGTH = 16 * 1024;
    private static final int LOOKED_AT = 1_024;

    private final byte[] text = new byte[LENGTH];
    private final byte[] copy = new byte[LENGTH];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(LENGTH);
    private final CRC32C sum = new CRC32C();
    private int turn;

    /** Makes the text: 64 different bytes, a quote now and then. */
    public CalibrationBenchmark() {
        for (int i = 0; i < LENGTH; i++) {
            text[i] = (byte) ('!' + (i * 31 + i / 7) % 64);
        }
    }

    /** One piece of work. */
    @Benchmark
    public long work() {
        turn = (turn + 1) & 7;
        int quotes = 0;
        for (int i = turn * LOOKED_AT; i < (turn + 1) * LOOKED_AT; i++) {
            final byte next = text[i];
            if (next == '"' || next == '\\') {
                quotes++;
            } else if (next < ' ') {
                quotes--;
            }
        }
        System.arraycopy(text, 0, copy, 0, LENGTH);
        direct.clear().put(copy);
        sum.reset();
        sum.update(direct.flip());
        return sum.getValue() + quotes;
    }
}
