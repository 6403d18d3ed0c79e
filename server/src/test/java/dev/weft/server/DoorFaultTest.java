package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.client.DoorPublisher;
import dev.weft.client.DyingPublisher;
import dev.weft.protocol.door.DoorDescriptor;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Publishers and other tenants of the door that die, stand still, cut its file or write nonsense
 * into it: nobody else is held up, and HTTP notices nothing.
 */
@Timeout(120)
class DoorFaultTest {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final byte[] EVENT =
            "{\"type\":\"door.fault\"}".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL =
            DoorDescriptor.RING_OFFSET
                    + DoorDescriptor.RING_CAPACITY
                    + RingBufferDescriptor.TAIL_POSITION_OFFSET;

    @TempDir Path base;

    private Path door() {
        return base.resolve("door");
    }

    private WeftServer start(final String threading) {
        return WeftServer.start(
                base.resolve("journal"), Map.of("door", door().toString(), "threading", threading));
    }

    private static long metric(final WeftServer server, final String name) throws IOException {
        try (HttpClient client = server.connect()) {
            return client.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void publishByHttp(final WeftServer server) throws IOException {
        try (HttpClient client = server.connect()) {
            assertThat(client.post("{\"type\":\"door.fault\"}").status()).isEqualTo(200);
        }
        assertThat(server.weft().fatal()).isNotDone();
    }

    /** The door as it is after the fault: for who comes, and for who comes back. */
    private void assertUsable(final WeftServer server) throws IOException {
        publishByHttp(server);
        final DoorPublisher publisher =
                await().ignoreExceptions()
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> DoorPublisher.open(door()), opened -> true);
        try (publisher) {
            final long offer = publisher.offer(EVENT, 0, EVENT.length);
            assertThat(publisher.await(offer, WAIT_NS)).isEqualTo(server.weft().head());
        }
    }

    private Process child(final String what) throws IOException {
        final List<String> command = ChildServer.java();
        command.addAll(List.of(DyingPublisher.class.getName(), door().toString(), what));
        final Process child =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertThat(child.inputReader().readLine()).isEqualTo("open");
        return child;
    }

    /**
     * That the door is still the same one says that nobody was held up, on however busy a machine:
     * a claim that is waited for ends it after a second.
     */
    @ParameterizedTest
    @CsvSource({
        // where, and what the one behind it is then
        "shared, claim, 2",
        "dedicated, claim, 2",
        "shared, reserve, 2",
        "dedicated, reserve, 2",
        "shared, end, 10",
        "dedicated, end, 10"
    })
    void shouldNotBeHeldUpByAPublisherThatDiesInMidWrite(
            final String threading, final String where, final long sequence) throws Exception {
        try (WeftServer server = start(threading);
                DoorPublisher other = DoorPublisher.open(door())) {
            final Process child = child(where);
            assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isEqualTo(9);
            final long offer = other.offer(EVENT, 0, EVENT.length);
            assertThat(other.await(offer, WAIT_NS)).isEqualTo(sequence);
            assertThat(metric(server, "weft_door_abandoned_total")).isEqualTo(1);
            assertThat(metric(server, "weft_door_remade_total")).isZero();
            assertUsable(server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldSendEverybodyToANewDoorWhenAPublisherStandsStill(final String threading)
            throws Exception {
        try (WeftServer server = start(threading);
                DoorPublisher still = DoorPublisher.open(door());
                DoorPublisher other = DoorPublisher.open(door())) {
            DyingPublisher.claim(still);
            final long behind = other.offer(EVENT, 0, EVENT.length);
            assertThat(other.await(behind, WAIT_NS)).as("taken in before the end").isEqualTo(1);
            await().until(() -> metric(server, "weft_door_remade_total") == 1);
            assertThat(other.offer(EVENT, 0, EVENT.length)).isEqualTo(DoorPublisher.CLOSED);
            await().ignoreExceptions().until(other::reopen, inDoubt -> inDoubt == 0);
            final long next = other.offer(EVENT, 0, EVENT.length);
            assertThat(next).isEqualTo(2);
            assertThat(other.await(next, WAIT_NS)).isEqualTo(2);
            assertUsable(server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldSurviveThatItsFileIsCut(final String threading) throws Exception {
        try (WeftServer server = start(threading)) {
            DoorPublisher.open(door()); // keeps its slot, so that the server looks
            cut(0);
            await().until(() -> metric(server, "weft_door_remade_total") == 1);
            assertUsable(server);
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({"shared,0", "shared,4096", "shared,4194304", "dedicated,0", "dedicated,4194304"})
    void shouldSurviveThatItsFileIsCutWhileEventsComeIn(final String threading, final long length)
            throws Exception {
        try (WeftServer server = start(threading)) {
            for (int round = 1; round <= 2; round++) {
                final Process child =
                        await().ignoreExceptions()
                                .atMost(Duration.ofSeconds(20))
                                .until(() -> child("flood"), started -> true);
                final long before = server.weft().head();
                await().until(() -> server.weft().head() > before + 10_000);
                cut(length);
                final int cuts = round;
                await().until(() -> metric(server, "weft_door_remade_total") == cuts);
                child.destroyForcibly().waitFor();
                await().until(() -> metric(server, "weft_door_open") == 1);
                publishByHttp(server);
            }
            assertUsable(server);
        }
    }

    private void cut(final long length) throws IOException {
        try (FileChannel file = FileChannel.open(door(), StandardOpenOption.WRITE)) {
            file.truncate(length);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // tail, length and type of the first record
        "-8, 0, 0",
        "9223372036854775800, 0, 0",
        "12, 16, 1",
        "16777216, 0, 0",
        "64, 2147483647, 1",
        "64, 2147483647, -1",
        "64, -2147483647, 32",
        "64, 72, 1",
        "64, 7, 1",
        "64, 16, 33",
        "64, 16, -2",
        "64, -2147483648, 0",
        "8388608, 8388608, 1"
    })
    void shouldMakeItselfAnewWhenTheRingMakesNoSense(
            final long tail, final int length, final int type) throws Exception {
        try (WeftServer server = start("shared");
                DoorPublisher publisher = DoorPublisher.open(door())) {
            try (FileChannel file = FileChannel.open(door(), StandardOpenOption.WRITE)) {
                final ByteBuffer record = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
                record.putInt(length).putInt(type).flip();
                file.write(record, DoorDescriptor.RING_OFFSET);
                final ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
                end.putLong(tail).flip();
                file.write(end, TAIL);
            }
            await().until(() -> metric(server, "weft_door_remade_total") == 1);
            assertThat(publisher.offer(EVENT, 0, EVENT.length)).isEqualTo(DoorPublisher.CLOSED);
            await().ignoreExceptions().until(publisher::reopen, inDoubt -> inDoubt == 0);
            assertUsable(server);
        }
    }

    @Test
    void shouldNotTakeEventsOfASlotThatNobodyHas() throws Exception {
        try (WeftServer server = start("shared");
                DoorPublisher publisher = DoorPublisher.open(door())) {
            try (FileChannel file = FileChannel.open(door(), StandardOpenOption.WRITE)) {
                final ByteBuffer record =
                        ByteBuffer.allocate(8 + EVENT.length).order(ByteOrder.nativeOrder());
                record.putInt(8 + EVENT.length).putInt(20).put(EVENT).flip();
                file.write(record, DoorDescriptor.RING_OFFSET);
                final ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
                end.putLong(32).flip();
                file.write(end, TAIL);
            }
            final long offer = publisher.offer(EVENT, 0, EVENT.length);
            assertThat(publisher.await(offer, WAIT_NS)).isEqualTo(1);
            assertThat(server.weft().head()).isEqualTo(1);
            assertThat(metric(server, "weft_door_refused_total")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated"})
    void shouldTellWhatIsInDoubtWhenTheServerIsKilled(final String threading) throws Exception {
        final Path journal = base.resolve("journal");
        final Path log = base.resolve("log");
        final String[] options = {"--threading", threading, "--door", door().toString()};
        final ChildServer first = ChildServer.start(journal, log, options);
        try (DoorPublisher publisher = DoorPublisher.open(door())) {
            for (int i = 0; i < 100; i++) {
                publisher.offer(EVENT, 0, EVENT.length);
            }
            assertThat(publisher.await(100, WAIT_NS)).isEqualTo(100);
            first.kill();
            long offer = publisher.offer(EVENT, 0, EVENT.length);
            while (offer != DoorPublisher.CLOSED) {
                assertThat(offer).isBetween(101L, 2_000L);
                offer = publisher.offer(EVENT, 0, EVENT.length);
            }
            final long inDoubt = publisher.offered() - publisher.acknowledged();
            assertThat(publisher.acknowledged()).isEqualTo(100);
            assertThat(publisher.await(101, WAIT_NS)).isEqualTo(DoorPublisher.UNKNOWN);
            try (ChildServer second = ChildServer.start(journal, log, options)) {
                assertThat(publisher.reopen()).isEqualTo(inDoubt).isPositive();
                final long next = publisher.offer(EVENT, 0, EVENT.length);
                assertThat(next).isEqualTo(100 + inDoubt + 1);
                assertThat(publisher.await(next, WAIT_NS)).isEqualTo(101);
                assertThat(second.address()).isNotNull();
            }
        } finally {
            first.close();
        }
    }
}
