package dev.weft.bench.guard;

import dev.weft.bench.micro.SampleBlock;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalConfig;
import dev.weft.server.journal.store.Journals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appending a block of 16 events to the real journal. When the disk is behind, it sleeps instead of
 * spinning, so that the CPU it uses is that of appending and not of waiting.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class AppendBenchmark {
    private static final int EVENTS = 16;
    private static final long PAUSE_NS = 200_000;

    private final SampleBlock block = new SampleBlock();
    private final Thread house = new Thread(this::keepHouse, "weft-house");
    private int length;
    private @Nullable Path directory;
    private @Nullable Journal journal;
    private volatile boolean running = true;

    /** Opens a new journal. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        length = block.encode(EVENTS, 1);
        final Path made = Files.createTempDirectory("weft-append");
        directory = made;
        journal = Journals.open(JournalConfig.of(made)).journal();
        house.setDaemon(true);
        house.start();
    }

    /** Takes everything away. */
    @TearDown(Level.Trial)
    public void close() throws IOException, InterruptedException {
        running = false;
        house.join();
        journal().close();
        if (directory != null) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Ours. */
    @Benchmark
    public int weft() {
        final Journal open = journal();
        block.moveTo(open.nextSequence());
        int outcome = open.append(block.buffer(), 0, length);
        while (outcome == Journal.BACK_PRESSURED) {
            LockSupport.parkNanos(PAUSE_NS);
            outcome = open.append(block.buffer(), 0, length);
        }
        if (outcome != Journal.APPENDED) {
            throw new IllegalStateException("journal refuses: " + outcome);
        }
        return outcome;
    }

    private void keepHouse() {
        while (running) {
            if (journal().doHousekeeping() == 0) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }

    private Journal journal() {
        if (journal == null) {
            throw new IllegalStateException("not open");
        }
        return journal;
    }
}
