package dev.weft.bench.micro;

import com.sun.management.ThreadMXBean;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.store.Journals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appending a finished block to the real journal on disk, house-keeping included (a thread of its
 * own, as in the server). Per block. The profiler's allocation is that of all threads, JMH's own
 * included; {@link Allocated} tells it by thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class AppendBenchmark {
    private static final long MAPPED_LENGTH = 64 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Events in the block. */
    @Param({"1", "64"})
    private int events;

    private final SampleBlock block = new SampleBlock();
    private int length;
    private @Nullable Opened opened;
    private long mappedPosition;

    /**
     * Bytes that each of the two threads allocated in the measured iterations, by its own count.
     */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Allocated {
        /** Of the thread that appends. */
        public long appenderBytes;

        /** Of the thread that keeps house. */
        public long houseBytes;

        private long appenderBefore;
        private long houseBefore;

        /** Begins to count. */
        @Setup(Level.Iteration)
        public void begin(final AppendBenchmark benchmark) {
            houseBefore = THREADS.getThreadAllocatedBytes(benchmark.opened().house.getId());
            appenderBefore = THREADS.getCurrentThreadAllocatedBytes();
        }

        /** Counts no more. */
        @TearDown(Level.Iteration)
        public void end(final AppendBenchmark benchmark) {
            appenderBytes = THREADS.getCurrentThreadAllocatedBytes() - appenderBefore;
            houseBytes =
                    THREADS.getThreadAllocatedBytes(benchmark.opened().house.getId()) - houseBefore;
        }
    }

    /** What is open during a trial. */
    private static final class Opened {
        final Path directory;
        final Journal journal;
        final FileChannel channel;
        final UnsafeBuffer mapped;
        private final Thread house = new Thread(this::keepHouse, "weft-house");
        private volatile boolean running = true;

        Opened() throws IOException {
            directory = Files.createTempDirectory("weft-append");
            journal = Journals.open(JournalConfig.of(directory.resolve("journal"))).journal();
            channel =
                    FileChannel.open(
                            directory.resolve("plain"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            mapped =
                    new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED_LENGTH));
            house.setDaemon(true);
            house.start();
        }

        private void keepHouse() {
            while (running) {
                if (journal.doHousekeeping() == 0) {
                    LockSupport.parkNanos(100_000);
                }
            }
        }

        void close() {
            running = false;
            try {
                house.join();
                journal.close();
                channel.close();
                try (Stream<Path> all = Files.walk(directory)) {
                    for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            } catch (final InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Opens a new journal. It is closed when the fork ends: what that allocates would count for the
     * last iteration.
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        length = block.encode(events, 1);
        final Opened made = new Opened();
        opened = made;
        Runtime.getRuntime().addShutdownHook(new Thread(made::close, "close-journal"));
    }

    /** Ours: admit and append; when the house-keeping is behind, the wait for it counts. */
    @Benchmark
    public int weft(final Allocated allocated) {
        final Journal journal = opened().journal;
        block.moveTo(journal.nextSequence());
        int outcome = journal.append(block.buffer(), 0, length);
        while (outcome == Journal.BACK_PRESSURED) {
            Thread.onSpinWait();
            outcome = journal.append(block.buffer(), 0, length);
        }
        if (outcome != Journal.APPENDED) {
            throw new IllegalStateException("journal refuses: " + outcome);
        }
        return outcome;
    }

    /** The floor: the same bytes copied into a mapped file of which all pages are there. */
    @Benchmark
    public long baselineMappedCopy() {
        if (mappedPosition + length > MAPPED_LENGTH) {
            mappedPosition = 0;
        }
        opened().mapped.putBytes((int) mappedPosition, block.buffer(), 0, length);
        mappedPosition += length;
        return mappedPosition;
    }

    /** The rival: a write to a file channel. */
    @Benchmark
    public int rivalFileChannel() throws IOException {
        final ByteBuffer bytes = block.buffer().byteBuffer();
        if (bytes == null) {
            throw new IllegalStateException("no byte buffer");
        }
        bytes.limit(length).position(0);
        return opened().channel.write(bytes);
    }

    private Opened opened() {
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }
}
