package dev.weft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.door.DoorDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One publisher and a door without a server. */
@Timeout(60)
class DoorPublisherTest {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final byte[] EVENT = "{\"type\":\"a\"}".getBytes(StandardCharsets.US_ASCII);

    private Path directory;
    private DoorStandIn door;
    private DoorPublisher publisher;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory("weft"); // a short one: the kernel takes 107 bytes
        door = new DoorStandIn(directory.resolve("door"), 1);
        publisher = door.open();
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        door.close();
        Files.deleteIfExists(directory.resolve("door"));
        Files.delete(directory);
    }

    private long offer() {
        return publisher.offer(EVENT, 0, EVENT.length);
    }

    @Test
    void shouldNumberOffersAndPutThemIntoTheRing() {
        assertThat(offer()).isEqualTo(1);
        final UnsafeBuffer padded = new UnsafeBuffer("xx{}yy".getBytes(StandardCharsets.US_ASCII));
        assertThat(publisher.offer(padded, 2, 2)).isEqualTo(2);
        assertThat(publisher.offered()).isEqualTo(2);
        assertThat(door.read()).containsExactly("{\"type\":\"a\"}", "{}");
    }

    @Test
    void shouldTellEachOutcomeWhenItIsThere() {
        offer();
        offer();
        assertThat(publisher.outcome(1)).isEqualTo(DoorPublisher.PENDING);
        door.acknowledge(1, 77);
        assertThat(publisher.outcome(1)).isEqualTo(77);
        assertThat(publisher.outcome(2)).isEqualTo(DoorPublisher.PENDING);
        assertThat(publisher.await(2, 1)).isEqualTo(DoorPublisher.PENDING);
        door.explain(2, "no type");
        door.acknowledge(2, -400);
        assertThat(publisher.await(2, WAIT_NS)).isEqualTo(-400);
        assertThat(publisher.reason(2)).isEqualTo("no type");
        assertThat(publisher.reason(1)).isEmpty();
        assertThat(publisher.acknowledged()).isEqualTo(2);
    }

    /** 0 marks the place of a reason that was cleared; its text still lies there. */
    @Test
    void shouldHaveNoReasonForWhatWasNeverOffered() throws IOException {
        door.explain(0, "of the one who had the slot before");
        assertThat(publisher.reason(0)).isEmpty();
        assertThat(publisher.reason(-1)).isEmpty();
        offer();
        door.acknowledge(1, -400);
        publisher.close();
        door.reopen(publisher);
        assertThat(publisher.reason(1)).as("the last one before").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,13", "1,12", "-1,5", "0,-1", "12,1", "2147483647,1"})
    void shouldClaimNothingForAnEventThatLeavesItsBuffer(final int offset, final int length) {
        assertThat(EVENT).hasSize(12);
        final UnsafeBuffer buffer = new UnsafeBuffer(EVENT);
        assertThatThrownBy(() -> publisher.offer(EVENT, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> publisher.offer(buffer, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(door.ring.producerPosition()).isZero();
        assertThat(offer()).isEqualTo(1);
        assertThat(door.read()).hasSize(1);
    }

    /** As a mapped file that somebody cut: it is as long as it says, until it is read. */
    @Test
    void shouldNotLeaveAClaimBehindWhenAnEventCannotBeRead() {
        final UnsafeBuffer gone = new Unreadable();
        assertThatThrownBy(() -> publisher.offer(gone, 0, 10)).isInstanceOf(InternalError.class);
        assertThat(offer()).isEqualTo(1);
        assertThat(door.read()).hasSize(1);
        assertThat(door.ring.size()).isZero();
    }

    @Test
    void shouldSayThatTheRingIsFullAndGoOnWhenThereIsRoom() {
        final byte[] event = "x".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
        int count = 0;
        while (publisher.offer(event, 0, event.length) > 0) {
            count++;
        }
        assertThat(count).isEqualTo(8);
        assertThat(publisher.offer(event, 0, event.length)).isEqualTo(DoorPublisher.BACK_PRESSURED);
        for (int i = 0; i < 40; i++) { // several times round, the last one never whole at the end
            assertThat(door.read()).isNotEmpty();
            assertThat(publisher.offer(event, 0, event.length)).isEqualTo(++count);
        }
        final byte[] longer = new byte[1_000_001];
        assertThat(publisher.offer(longer, 0, longer.length)).isEqualTo(DoorPublisher.TOO_LONG);
    }

    @Test
    void shouldKeepNoMoreWithoutAnOutcomeThanThereIsRoomFor() {
        for (int i = 1; i <= DoorDescriptor.OUTCOME_COUNT; i++) {
            assertThat(offer()).isEqualTo(i);
        }
        assertThat(offer()).isEqualTo(DoorPublisher.BACK_PRESSURED);
        door.acknowledge(1, 1);
        assertThat(offer()).isEqualTo(DoorDescriptor.OUTCOME_COUNT + 1);
        assertThat(offer()).isEqualTo(DoorPublisher.BACK_PRESSURED);
        assertThat(publisher.outcome(1)).as("overwritten").isEqualTo(DoorPublisher.UNKNOWN);
    }

    @Test
    void shouldRingOnceEachTimeTheServerSleeps() throws IOException {
        offer();
        assertThat(door.rings()).isZero();
        for (int sleep = 1; sleep <= 5; sleep += 2) {
            door.header.putLong(DoorDescriptor.SLEEP_OFFSET, sleep);
            offer();
            offer();
            assertThat(door.rings()).isEqualTo(1);
            door.header.putLong(DoorDescriptor.SLEEP_OFFSET, sleep + 1);
            offer();
            assertThat(door.rings()).isZero();
        }
    }

    @Test
    void shouldTellWhatIsInDoubtAndGoOnNumbering() throws IOException {
        offer();
        offer();
        door.acknowledge(1, 1);
        door.header.putLong(DoorDescriptor.STATE_OFFSET, DoorDescriptor.CLOSED);
        assertThat(offer()).isEqualTo(DoorPublisher.CLOSED);
        door.header.putLong(DoorDescriptor.STATE_OFFSET, DoorDescriptor.OPEN);
        door.slot.putLong(DoorDescriptor.ACKNOWLEDGED_OFFSET, 1);
        assertThat(door.reopen(publisher)).isEqualTo(1);
        door.slot.putLong(DoorDescriptor.ACKNOWLEDGED_OFFSET, 0);
        assertThat(offer()).isEqualTo(3);
        assertThat(publisher.outcome(2)).isEqualTo(DoorPublisher.UNKNOWN);
        assertThat(publisher.outcome(3)).isEqualTo(DoorPublisher.PENDING);
    }

    @Test
    void shouldNoticeThatTheServerHasGone() throws IOException {
        offer();
        door.hangUp();
        assertThat(publisher.await(1, WAIT_NS)).isEqualTo(DoorPublisher.UNKNOWN);
        assertThat(offer()).isEqualTo(DoorPublisher.CLOSED);
    }

    /** The next look is many offers away, and by then the slot may be somebody else's. */
    @Test
    void shouldClaimNothingMoreWhenItCannotRing() throws IOException {
        offer();
        door.hangUp();
        door.header.putLong(DoorDescriptor.SLEEP_OFFSET, 1);
        assertThat(offer()).isEqualTo(2);
        assertThat(offer()).isEqualTo(DoorPublisher.CLOSED);
        assertThat(door.read()).hasSize(2);
    }

    @Test
    void shouldRefuseADoorOfAnotherKind() throws IOException {
        publisher.close();
        door.header.putInt(DoorDescriptor.VERSION_OFFSET, 99);
        assertThatThrownBy(door::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not the file of the server");
    }

    private static final class Unreadable extends UnsafeBuffer {
        Unreadable() {
            super(new byte[10]);
        }

        @Override
        public byte[] byteArray() {
            throw new InternalError("a fault in a memory access operation");
        }
    }
}
