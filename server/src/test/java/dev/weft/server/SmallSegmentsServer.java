package dev.weft.server;

import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.JournalConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.SystemEpochMicroClock;

/**
 * A server in a process of its own whose segments are closed, and whose hours end, many times a
 * second: what otherwise takes a day lies between two kills. Prints the same ready line.
 */
public final class SmallSegmentsServer {
    /** An hour of its clock. */
    static final long HOUR_MS = 400;

    private static final long HASTE = TimeUnit.HOURS.toMillis(1) / HOUR_MS;

    private SmallSegmentsServer() {}

    /**
     * Runs until it is killed.
     *
     * @param args directory, events of a segment, retention-events, and when its clock was right in
     *     microseconds since the epoch.
     */
    public static void main(final String[] args) throws InterruptedException {
        final Path directory = Path.of(args[0]);
        final long rightUs = Long.parseLong(args[3]);
        final SystemEpochMicroClock system = new SystemEpochMicroClock();
        final LongSupplier clock = () -> rightUs + (system.microTime() - rightUs) * HASTE;
        final long startNs = System.nanoTime();
        final JournalConfig journal =
                JournalConfig.of(directory)
                        .clockUs(clock)
                        .nanoClock(() -> startNs + (System.nanoTime() - startNs) * HASTE);
        final Weft weft =
                Weft.start(
                        WeftServer.config(directory, Map.of("retention-events", args[2])),
                        journal,
                        SegmentLimits.of(Integer.parseInt(args[1])),
                        clock::getAsLong);
        System.out.println("weft ready http://127.0.0.1:" + weft.address().getPort());
        new CountDownLatch(1).await();
    }
}
