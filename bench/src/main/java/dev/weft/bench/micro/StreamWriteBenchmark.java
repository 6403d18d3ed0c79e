package dev.weft.bench.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Queue;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch written to the channels of 64 subscribers, as the stream does it: a retained duplicate
 * each, no promise, one flush. The system call is left out. Per subscriber.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamWriteBenchmark {
    private static final int CHANNELS = 64;
    private static final int BATCH_LENGTH = 4_096;

    private final EmbeddedChannel[] channels = new EmbeddedChannel[CHANNELS];
    private @Nullable ByteBuf batch;

    /** Makes the channels. */
    @Setup(Level.Trial)
    public void open() {
        batch = PooledByteBufAllocator.DEFAULT.directBuffer(BATCH_LENGTH).writeZero(BATCH_LENGTH);
        for (int i = 0; i < CHANNELS; i++) {
            channels[i] = new EmbeddedChannel();
        }
    }

    /** Ours. */
    @Benchmark
    @OperationsPerInvocation(CHANNELS)
    public long weft() {
        if (batch == null) {
            throw new IllegalStateException("not open");
        }
        long written = 0;
        for (final EmbeddedChannel channel : channels) {
            channel.write(batch.retainedDuplicate(), channel.voidPromise());
            channel.flush();
            written += takeAll(channel.outboundMessages());
        }
        return written;
    }

    private static long takeAll(final Queue<Object> messages) {
        long length = 0;
        for (Object message = messages.poll(); message != null; message = messages.poll()) {
            final ByteBuf bytes = (ByteBuf) message;
            length += bytes.readableBytes();
            bytes.release();
        }
        return length;
    }
}
