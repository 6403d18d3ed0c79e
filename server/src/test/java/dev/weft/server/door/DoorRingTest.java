package dev.weft.server.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.door.DoorDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reading side against Agrona's writing side. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoorRingTest {
    private static final int TAIL =
            DoorDescriptor.RING_CAPACITY + RingBufferDescriptor.TAIL_POSITION_OFFSET;
    private static final UnsafeBuffer TEXT =
            new UnsafeBuffer("0123456789abcdef".repeat(100).getBytes(StandardCharsets.US_ASCII));

    @TempDir Path directory;

    private DoorFile file;
    private DoorRing ring;
    private ManyToOneRingBuffer writer;

    @BeforeEach
    void open() throws Exception {
        file = DoorFile.create(directory.resolve("door"), 1, null);
        ring = new DoorRing(file);
        writer = new ManyToOneRingBuffer(file.ring());
    }

    @AfterEach
    void close() {
        file.close();
    }

    private void read(final int slot, final int length) {
        int next = ring.next();
        if (next == DoorRing.PASSED) { // up to the end, where the message had no room
            next = ring.next();
        }
        assertThat(next).isEqualTo(length);
        assertThat(ring.slot()).isEqualTo(slot);
        final byte[] bytes = new byte[length];
        ring.take(bytes, length);
        assertThat(new UnsafeBuffer(bytes)).isEqualTo(new UnsafeBuffer(TEXT, 0, length));
    }

    @Test
    void shouldReadWhatWasWrittenManyTimesRound() {
        int length = 0;
        for (int i = 0; i < 100_000; i++) { // nine times round, in ever other places
            length = (length + 37) % 1_500;
            final int slot = i % DoorDescriptor.SLOT_COUNT;
            assertThat(writer.write(slot + 1, TEXT, 0, length)).isTrue();
            read(slot, length);
            if (i % 100 == 99) {
                ring.release();
            }
        }
        assertThat(ring.next()).isEqualTo(DoorRing.NONE);
        ring.release();
        assertThat(writer.size()).isZero();
    }

    @Test
    void shouldNotTakeWhatLayThereBeforeForAnEvent() {
        final int length = 120;
        for (int i = 0; i < 200_000; i++) {
            assertThat(writer.write(1, TEXT, 0, length)).isTrue();
            read(0, length);
            ring.release();
        }
        // A claim of which nothing is written yet.
        file.ring().putLong(TAIL, file.ring().getLong(TAIL) + 128);
        assertThat(ring.next()).isEqualTo(DoorRing.CLAIMED);
        assertThat(ring.claimer()).isEqualTo(DoorRing.NONE);
        assertThat(ring.claimLength()).isZero();
        assertThat(ring.skip(0)).isFalse();
        assertThat(ring.skip(136)).as("beyond the tail").isFalse();
    }

    @Test
    void shouldKnowAndPassOverAClaimThatIsNotCommitted() {
        assertThat(writer.tryClaim(4, 50)).isPositive();
        assertThat(writer.write(7, TEXT, 0, 10)).isTrue();
        assertThat(ring.next()).isEqualTo(DoorRing.CLAIMED);
        assertThat(ring.claimer()).isEqualTo(3);
        assertThat(ring.claimLength()).isEqualTo(58);
        assertThat(ring.skip(58)).isTrue();
        read(6, 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {-8, 12, DoorDescriptor.RING_CAPACITY + 8, Long.MAX_VALUE - 7})
    void shouldSeeATailThatCannotBe(final long tail) {
        file.ring().putLong(TAIL, tail);
        assertThat(ring.next()).isEqualTo(DoorRing.BROKEN);
    }

    @ParameterizedTest
    @CsvSource({
        // tail, length and type of the first record
        "64, 7, 1", // shorter than its header
        "64, 72, 1", // beyond the tail
        "64, 2147483647, 1",
        "64, 16, 33", // nobody's slot
        "64, 16, 0",
        "64, 16, -2",
        "8388608, 8388608, 1" // longer than an event may be
    })
    void shouldSeeARecordThatCannotBe(final long tail, final int length, final int type) {
        file.ring().putLong(TAIL, tail);
        file.ring().putInt(0, length);
        file.ring().putInt(4, type);
        assertThat(ring.next()).isEqualTo(DoorRing.BROKEN);
    }

    @Test
    void shouldSeeARecordThatLeavesTheRing() {
        final int step = 128;
        for (int i = 1; i < DoorDescriptor.RING_CAPACITY / step; i++) {
            assertThat(writer.write(1, TEXT, 0, step - 8)).isTrue();
            read(0, step - 8);
            ring.release();
        }
        file.ring().putLong(TAIL, file.ring().getLong(TAIL) + 4 * step);
        final int last = DoorDescriptor.RING_CAPACITY - step;
        file.ring().putInt(last + 4, 1);
        file.ring().putInt(last, step + 8);
        assertThat(ring.next()).isEqualTo(DoorRing.BROKEN);
    }

    /** Aligned, each of these is less than nothing, and with it the end of the record. */
    @ParameterizedTest
    @CsvSource({
        "2147483641, -1",
        "2147483647, -1",
        "2147483647, 1",
        "-2147483647, 32",
        "-2147483641, 0",
        "-2147483648, 0"
    })
    void shouldSeeALengthThatAligningTurnsRound(final int length, final int type) {
        file.ring().putLong(TAIL, 64);
        file.ring().putInt(0, length);
        file.ring().putInt(4, type);
        assertThat(ring.skip(Math.abs(length))).isFalse();
        assertThat(ring.next()).isEqualTo(DoorRing.BROKEN);
        assertThat(ring.position()).isZero();
    }

    @Test
    void shouldCountSleepsAndWakes() {
        ring.fallAsleep();
        ring.fallAsleep();
        assertThat(file.header().getLong(DoorDescriptor.SLEEP_OFFSET)).isEqualTo(1);
        ring.wakeUp();
        ring.wakeUp();
        assertThat(file.header().getLong(DoorDescriptor.SLEEP_OFFSET)).isEqualTo(2);
    }
}
