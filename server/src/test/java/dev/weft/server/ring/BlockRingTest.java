package dev.weft.server.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.harness.Seeded;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockRingTest {
    private static final int CAPACITY = 4_096;

    private final BlockRing ring = new BlockRing(CAPACITY, 1);
    private final BlockFlyweight view = new BlockFlyweight();
    private long next = 1;

    @Test
    void shouldShowABlockOnlyWhenItIsCommitted() {
        final RingReader reader = ring.newReader();
        final int offset = ring.claim(100);
        fill(offset, 100, 1, 3);
        assertThat(reader.poll(view)).isEqualTo(RingReader.END);
        ring.commit(100, 1, 3);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.firstSequence()).isEqualTo(1);
        assertThat(view.lastSequence()).isEqualTo(3);
        assertThat(view.buffer().capacity()).isEqualTo(100);
        assertThat(reader.isValid()).isTrue();
        assertThat(reader.nextSequence()).isEqualTo(4);
        assertThat(reader.poll(view)).isEqualTo(RingReader.END);
    }

    @Test
    void shouldReplaceAClaimThatWasNotCommitted() {
        final RingReader reader = ring.newReader();
        fill(ring.claim(900), 900, 77, 1);
        publish(50, 2);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.firstSequence()).isEqualTo(1);
        assertThat(reader.poll(view)).isEqualTo(RingReader.END);
    }

    @Test
    void shouldTellThatItWasLappedWhenTheWriterCameRound() {
        final RingReader reader = ring.newReader();
        for (int i = 0; i < 20; i++) {
            publish(400, 1);
        }
        assertThat(reader.poll(view)).isEqualTo(RingReader.LAPPED);
        assertThat(reader.nextSequence()).isEqualTo(1);
        reader.toHead();
        assertThat(reader.nextSequence()).isEqualTo(21);
        publish(40, 1);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.firstSequence()).isEqualTo(21);
    }

    @Test
    void shouldDisownAViewThatWasOverwrittenWhileItWasRead() {
        final RingReader reader = ring.newReader();
        publish(400, 1);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        for (int i = 0; i < 8; i++) {
            publish(400, 1);
            assertThat(reader.isValid()).as("after %d", i).isTrue();
        }
        ring.claim(400); // the intent alone is enough: from here on the bytes may change
        assertThat(reader.isValid()).isFalse();
    }

    @Test
    void shouldRefuseABlockLongerThanHalfTheRing() {
        assertThatThrownBy(() -> ring.claim(ring.blockLengthMax() + 1))
                .hasMessageContaining("length=2017 max=2016");
    }

    @Test
    void shouldFindABlockBySequence() {
        final RingReader reader = ring.newReader();
        assertThat(reader.seek(1)).isTrue();
        assertThat(reader.seek(2)).isFalse();
        for (int i = 0; i < 20; i++) {
            publish(200, 3);
        }
        assertThat(reader.seek(1)).as("overwritten").isFalse();
        assertThat(reader.seek(62)).as("further than next").isFalse();
        assertThat(reader.seek(50)).isTrue();
        assertThat(reader.nextSequence()).isEqualTo(50);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.firstSequence()).isEqualTo(49);
        assertThat(reader.seek(61)).as("the next to come").isTrue();
        assertThat(reader.poll(view)).isEqualTo(RingReader.END);
        publish(200, 1);
        assertThat(reader.poll(view)).isEqualTo(RingReader.BLOCK);
        assertThat(view.firstSequence()).isEqualTo(61);
    }

    @Test
    void shouldNotFindABlockThatIsAboutToBeOverwritten() {
        final RingReader reader = ring.newReader();
        for (int i = 0; i < 9; i++) {
            publish(400, 1);
        }
        assertThat(reader.seek(1)).isTrue();
        ring.claim(400); // its bytes are still the old ones
        assertThat(reader.seek(1)).isFalse();
        assertThat(reader.seek(2)).isTrue();
    }

    /** Readers that are now and then too slow see an ordered run, or are told where it breaks. */
    @Seeded(200)
    void shouldDeliverAHoleFreeRunOrTellThatItBroke(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<RingReader> readers = new ArrayList<>();
        final List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            readers.add(ring.newReader());
            expected.add(1L);
        }
        for (int step = 0; step < 2_000; step++) {
            if (random.nextInt(3) == 0) {
                publish(random.nextInt(32, ring.blockLengthMax() / 2), random.nextInt(1, 50));
                continue;
            }
            final int index = random.nextInt(readers.size());
            final RingReader reader = readers.get(index);
            switch (reader.poll(view)) {
                case RingReader.BLOCK -> {
                    assertThat(view.firstSequence()).isLessThanOrEqualTo(expected.get(index));
                    assertThat(view.lastSequence()).isGreaterThanOrEqualTo(expected.get(index));
                    assertThat(reader.isValid()).isTrue();
                    expected.set(index, view.lastSequence() + 1);
                }
                case RingReader.LAPPED -> {
                    assertThat(reader.nextSequence()).isEqualTo(expected.get(index));
                    final long wanted = random.nextLong(expected.get(index), next + 1);
                    if (reader.seek(wanted)) {
                        expected.set(index, wanted);
                    } else {
                        reader.toHead();
                        expected.set(index, next);
                    }
                }
                default -> assertThat(expected.get(index)).isEqualTo(next);
            }
        }
    }

    private void publish(final int length, final int count) {
        fill(ring.claim(length), length, next, count);
        ring.commit(length, next, next + count - 1);
        next += count;
    }

    private void fill(final int offset, final int length, final long first, final int count) {
        ring.buffer().setMemory(offset, length, (byte) first);
        ring.buffer()
                .putInt(offset + BlockDescriptor.LENGTH_OFFSET, length, ByteOrder.LITTLE_ENDIAN);
        ring.buffer()
                .putLong(
                        offset + BlockDescriptor.FIRST_SEQUENCE_OFFSET,
                        first,
                        ByteOrder.LITTLE_ENDIAN);
        ring.buffer().putInt(offset + BlockDescriptor.COUNT_OFFSET, count, ByteOrder.LITTLE_ENDIAN);
    }
}
