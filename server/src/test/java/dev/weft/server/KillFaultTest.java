package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.Seeds;
import dev.weft.server.harness.SseClient;
import dev.weft.server.harness.TestThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code kill -9} under load, at random moments, on one journal: every acknowledged event is there
 * afterwards under the sequence that was told, no sequence is missing or twice, no event is there
 * twice although publishers repeat what was not answered, and a subscriber that comes back with its
 * {@code Last-Event-ID} sees one unbroken run over all the lives of the server. At least half of
 * the starts are ready in time, however busy the machine is; what each takes is measured by the
 * rig.
 */
@Tag("slow")
@Timeout(300)
class KillFaultTest {
    private static final int PUBLISHERS = 4;
    private static final int PIPELINED = 16;
    private static final long READY_MS = 3_000;
    private static final Pattern ENVELOPE =
            Pattern.compile("\\{\"seq\":(\\d+),\"event\":\\{\"id\":\"([^\"]+)\",\"ts\":(\\d+),.*");

    @TempDir Path base;

    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong subscribed = new AtomicLong(); // sequences seen in order, up to here
    private volatile @Nullable InetSocketAddress address; // null while the server is down
    private volatile boolean stopped;
    private final TestThreads threads = new TestThreads();

    @ParameterizedTest
    @CsvSource({"shared,20", "dedicated,10"})
    void shouldKeepWhatWasAcknowledged(final String threading, final int kills) throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        final Path directory = base.resolve("journal");
        final Path log = base.resolve("log");
        final List<Long> readyMs = new ArrayList<>();
        final List<Thread> started = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            final int number = i;
            started.add(threads.start(() -> publish(number)));
        }
        started.add(threads.start(this::subscribe));
        for (int i = 0; i < kills; i++) {
            try (ChildServer server = ChildServer.start(directory, log, "--threading", threading)) {
                readyMs.add(server.readyMs());
                address = server.address();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20, 700)));
                server.kill();
                address = null;
            }
        }
        try (ChildServer server = ChildServer.start(directory, log, "--threading", threading)) {
            readyMs.add(server.readyMs());
            final Map<String, Long> found = readAll(server.address());
            stopped = true;
            final String context = "-Dtest.seed=" + seed + " ready=" + readyMs;
            assertThat(threads.failure()).as(context).isNull();
            assertThat(acknowledged).as(context).hasSizeGreaterThan(50 * kills);
            acknowledged.forEach((id, sequence) -> assertThat(found).containsEntry(id, sequence));
            assertThat(subscribed.get()).as("subscriber, " + context).isPositive();
            Collections.sort(readyMs);
            assertThat(readyMs.get(readyMs.size() / 2)).as(context).isLessThan(READY_MS);
            System.out.println(
                    "kill -9, "
                            + threading
                            + ": acknowledged="
                            + acknowledged.size()
                            + " in journal="
                            + found.size()
                            + " "
                            + context);
        }
        for (final Thread thread : started) {
            thread.join();
        }
    }

    /** Publishes in a pipeline; what was not answered is sent again, under the same id. */
    private void publish(final int number) {
        final boolean isDurable = number == 0;
        final String path = isDurable ? "/events?durability=durable" : "/events";
        long answered = 0;
        while (!stopped) {
            final InetSocketAddress target = address;
            if (target == null) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            try (HttpClient client = new HttpClient(target)) {
                long sent = answered;
                while (!stopped) {
                    while (sent - answered < PIPELINED) {
                        final String event =
                                "{\"type\":\"load\",\"id\":\"%d-%d\",\"data\":{\"n\":%d}}"
                                        .formatted(number, sent, sent);
                        client.send("POST", path, event, "Content-Type: application/json\r\n");
                        sent++;
                    }
                    final HttpClient.Answer answer = client.answer();
                    if (answer.status() == 200) {
                        acknowledged.put(number + "-" + answered, answer.number("seq"));
                        answered++;
                    } else if (answer.status() != 503) {
                        throw new AssertionError(answer);
                    } else {
                        break; // from here on again
                    }
                }
            } catch (final IOException ex) {
                LockSupport.parkNanos(1_000_000); // killed: from the first unanswered one on again
            }
        }
    }

    /** Follows from life to life; each frame must be the one after the last. */
    private void subscribe() {
        while (!stopped) {
            final InetSocketAddress target = address;
            if (target == null) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            try (SseClient client =
                    new SseClient(target, "/events/stream", Long.toString(subscribed.get()))) {
                while (!stopped) {
                    final SseClient.Frame frame = client.next();
                    if (!frame.event().isEmpty() || frame.sequence() != subscribed.get() + 1) {
                        throw new AssertionError("after " + subscribed + " came " + frame);
                    }
                    subscribed.incrementAndGet();
                }
            } catch (final IOException ex) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static Map<String, Long> readAll(final InetSocketAddress address) throws IOException {
        final Map<String, Long> found = new HashMap<>();
        try (SseClient client = new SseClient(address, "/events/stream?after=0", null);
                HttpClient health = new HttpClient(address)) {
            final long head = health.get("/health").number("head");
            long time = 0;
            for (long sequence = 1; sequence <= head; sequence++) {
                final SseClient.Frame frame = client.next();
                final Matcher envelope = ENVELOPE.matcher(frame.data());
                assertThat(envelope.matches()).as(frame.toString()).isTrue();
                assertThat(frame.sequence()).isEqualTo(sequence);
                assertThat(Long.parseLong(envelope.group(1))).isEqualTo(sequence);
                assertThat(Long.parseLong(envelope.group(3))).isGreaterThan(time);
                time = Long.parseLong(envelope.group(3));
                assertThat(found.put(envelope.group(2), sequence))
                        .as("the same event twice: " + envelope.group(2))
                        .isNull();
            }
        }
        return found;
    }
}
