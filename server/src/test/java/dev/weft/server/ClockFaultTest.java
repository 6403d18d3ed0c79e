package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.SseClient;
import dev.weft.server.journal.JournalConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochMicroClock;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The clock steps while events are published: nothing is refused, {@code ts} keeps rising, nothing
 * becomes invisible, neither to live subscribers nor after a restart.
 */
@Timeout(60)
class ClockFaultTest {
    private static final long SECOND_US = 1_000_000L;
    private static final long HOUR_US = 3_600 * SECOND_US;
    private static final long DAY_US = 24 * HOUR_US;
    private static final int EVENTS = 200;

    @TempDir Path directory;
    private final AtomicLong stepUs = new AtomicLong();
    private final SystemEpochMicroClock system = new SystemEpochMicroClock();
    private final EpochMicroClock clock = () -> system.microTime() + stepUs.get();

    @ParameterizedTest
    @ValueSource(longs = {-SECOND_US, -HOUR_US, -2 * DAY_US, HOUR_US, 400 * DAY_US})
    void shouldKeepOrderOverAStepAndOverARestart(final long stepLengthUs) throws Exception {
        long time = 0;
        try (WeftServer server = start();
                HttpClient client = server.connect();
                SseClient live = server.subscribe("/events/stream")) {
            time = publish(client, live, 1, time);
            stepUs.addAndGet(stepLengthUs);
            time = publish(client, live, EVENTS + 1, time);
            if (stepLengthUs > HOUR_US) { // for some seconds only: not believed
                assertThat(time).isLessThan(system.microTime() + HOUR_US);
            }
            stepUs.addAndGet(-stepLengthUs);
            time = publish(client, live, 2 * EVENTS + 1, time);
            stepUs.addAndGet(stepLengthUs);
        }
        try (WeftServer server = start(); // with the step, for good
                HttpClient client = server.connect();
                SseClient live = server.subscribe("/events/stream");
                SseClient all = server.subscribe("/events/stream?after=0")) {
            publish(client, live, 3 * EVENTS + 1, time);
            final List<Long> times = new ArrayList<>();
            long before = 0;
            for (long sequence = 1; sequence <= 4 * EVENTS; sequence++) {
                final SseClient.Frame frame = all.next();
                assertThat(frame.sequence()).isEqualTo(sequence);
                assertThat(time(frame.data())).isGreaterThan(before);
                before = time(frame.data());
                times.add(before);
            }
            for (int sequence = EVENTS / 2; sequence <= 4 * EVENTS; sequence += EVENTS / 2) {
                assertFoundByTime(client, times.get(sequence - 1), sequence); // before each step
                assertFoundByTime(
                        client, times.get(sequence - EVENTS / 2), sequence - EVENTS / 2 + 1);
            }
        }
    }

    /** The bounds in time of an event are those of its sequence, whatever the clock did. */
    private static void assertFoundByTime(
            final HttpClient client, final long timeUs, final long sequence) throws Exception {
        assertThat(client.get("/events?limit=1&until=" + timeUs).number("total"))
                .isEqualTo(sequence);
        assertThat(client.get("/events?limit=1&since=" + timeUs).number("total"))
                .isEqualTo(4L * EVENTS - sequence);
        assertThat(client.get("/events/histogram?bucket=1d&until=" + timeUs).number("total"))
                .isEqualTo(sequence);
    }

    private WeftServer start() {
        return WeftServer.of(
                Weft.start(
                        WeftServer.config(directory, Map.of()),
                        JournalConfig.of(directory),
                        clock));
    }

    private static long publish(
            final HttpClient client, final SseClient live, final long first, final long after)
            throws Exception {
        long time = after;
        for (long sequence = first; sequence < first + EVENTS; sequence++) {
            final HttpClient.Answer answer = client.post("{\"type\":\"tick\"}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.number("seq")).isEqualTo(sequence);
            assertThat(answer.number("ts")).isGreaterThan(time);
            time = answer.number("ts");
            assertThat(live.next().sequence()).isEqualTo(sequence);
        }
        return time;
    }

    private static long time(final String envelope) {
        final int at = envelope.indexOf("\"ts\":") + 5;
        return Long.parseLong(envelope.substring(at, at + 16));
    }
}
