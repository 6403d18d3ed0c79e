package dev.weft.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.sequencer.PendingAppend;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HostTelemetryTest {
    private final List<PendingAppend> appended = new CopyOnWriteArrayList<>();
    private final ServerEvents events =
            new ServerEvents(
                    appended::add,
                    EventRules.forCallers(Set.of(), Set.of()),
                    () -> 1_763_631_234_567L);

    @Test
    void shouldPublishEverySampleAsTheServersOwnEvent() {
        try (HostTelemetry telemetry =
                new HostTelemetry(FakeSampler::new, this::publish, 1_000_000)) {
            telemetry.start();
            await().until(() -> appended.size() >= 6);
        }

        final PendingAppend first = appended.get(0);
        final String record = first.buffer().getStringWithoutLengthUtf8(0, first.length());
        assertThat(record)
                .contains("\"type\":\"host.cpu\"")
                .contains("\"category\":\"telemetry\"")
                .contains("\"subject\":\"host/box\"")
                .contains("\"source\":{\"kind\":\"kernel_api\",\"event\":\"host.sample\"}")
                .contains("\"data\":{\"busy\":0.5}");
    }

    @Test
    void shouldNotHoldUpTheStartWhileItLoads() {
        final CountDownLatch loaded = new CountDownLatch(1);
        try (HostTelemetry telemetry =
                new HostTelemetry(() -> slowly(loaded), this::publish, 1_000_000)) {
            telemetry.start();

            assertThat(appended).isEmpty();
            loaded.countDown();
            await().until(() -> !appended.isEmpty());
        }
    }

    @Test
    void shouldPublishNothingAfterItsEnd() {
        final HostTelemetry telemetry =
                new HostTelemetry(FakeSampler::new, this::publish, 1_000_000);
        telemetry.start();
        await().until(() -> !appended.isEmpty());
        telemetry.close();

        final int count = appended.size();
        await().during(Duration.ofMillis(50)).until(() -> appended.size() == count);
    }

    private void publish(final EventBuilder event) {
        events.publish(event, pending -> {});
    }

    private static Sampler slowly(final CountDownLatch loaded) {
        try {
            loaded.await();
        } catch (final InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
        return new FakeSampler();
    }

    private static final class FakeSampler implements Sampler {
        @Override
        public String hostName() {
            return "box";
        }

        @Override
        public void sample(final Consumer<Sample> samples) {
            samples.accept(new Sample("host.cpu", "{\"busy\":0.5}"));
            samples.accept(new Sample("host.memory", "{\"total\":1}"));
        }
    }
}
