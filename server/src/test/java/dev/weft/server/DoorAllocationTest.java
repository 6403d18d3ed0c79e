package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.client.DoorPublisher;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Neither side of the door allocates per event: counted per thread, on the real server. */
@Tag("slow")
@Timeout(60)
class DoorAllocationTest {
    private static final int WARM_UP = 200_000;
    private static final int EVENTS = 200_000;
    private static final double BYTES_PER_EVENT_MAX = 0.5; // timers and the like, per 100 ms

    @TempDir Path base;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource({"shared,weft-io-0", "dedicated,weft-door", "dedicated,weft-seq"})
    void shouldAllocateNothingPerEvent(final String threading, final String name) throws Exception {
        final Path door = base.resolve("door");
        final byte[] event =
                "{\"type\":\"door.test\",\"subject\":\"host/a\",\"data\":{\"n\":1}}"
                        .getBytes(StandardCharsets.US_ASCII);
        try (WeftServer server =
                        WeftServer.start(
                                base.resolve("journal"),
                                Map.of("door", door.toString(), "threading", threading));
                DoorPublisher publisher = DoorPublisher.open(door)) {
            offer(publisher, event, WARM_UP);
            final long serverThread = thread(name);
            final long self = Thread.currentThread().getId();
            final long serverBefore = threads.getThreadAllocatedBytes(serverThread);
            final long selfBefore = threads.getThreadAllocatedBytes(self);
            offer(publisher, event, EVENTS);
            final long serverBytes = threads.getThreadAllocatedBytes(serverThread) - serverBefore;
            final long selfBytes = threads.getThreadAllocatedBytes(self) - selfBefore;
            assertThat(serverBytes / (double) EVENTS).as(name).isLessThan(BYTES_PER_EVENT_MAX);
            assertThat(selfBytes / (double) EVENTS).as("self").isLessThan(BYTES_PER_EVENT_MAX);
            assertThat(server.weft().head()).isEqualTo(WARM_UP + EVENTS);
        }
    }

    private static void offer(final DoorPublisher publisher, final byte[] event, final int count) {
        for (int i = 0; i < count; i++) {
            while (publisher.offer(event, 0, event.length) < 0) {
                Thread.onSpinWait();
            }
        }
        if (publisher.await(publisher.offered(), TimeUnit.SECONDS.toNanos(20)) <= 0) {
            throw new IllegalStateException("not appended");
        }
    }

    private long thread(final String name) {
        for (final var info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals(name)) {
                return info.getThreadId();
            }
        }
        throw new IllegalStateException("no thread " + name);
    }
}
