package dev.weft.server.index.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatSetTest {
    private static final int ORDINALS = 3 * 64 * FlatSet.GROUP;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 300, 5_000})
    void shouldHoldWhatLiesBeforeItsEndHoweverFarTheWordsReach(final int distance) {
        final SplittableRandom random = new SplittableRandom(distance);
        final BitSet bits = new BitSet();
        for (int i = random.nextInt(distance); i < ORDINALS; i += 1 + random.nextInt(distance)) {
            bits.set(i);
        }
        final GroupCounts counts = new GroupCounts();
        for (int end = 0; end <= ORDINALS; end += 1 + random.nextInt(2_000)) {
            shouldBeTheSame(new FlatSet(new Words(bits), end, counts), bits.get(0, end), random);
        }
        for (int end = 0; end <= ORDINALS; end += 64 * FlatSet.GROUP) { // counts are ahead of it
            shouldBeTheSame(new FlatSet(new Words(bits), end, counts), bits.get(0, end), random);
        }
    }

    private static void shouldBeTheSame(
            final FlatSet set, final BitSet bits, final SplittableRandom random) {
        final int[] ordinals = bits.stream().toArray();
        assertThat(set.count()).isEqualTo(ordinals.length);
        for (int i = 0; i < 20; i++) {
            final int ordinal = random.nextInt(ORDINALS + 100);
            assertThat(set.countBefore(ordinal)).isEqualTo(bits.get(0, ordinal).cardinality());
            final int rank = random.nextInt(ordinals.length + 2);
            final int[] target = new int[1 + random.nextInt(200)];
            final int filled = set.fill(rank, target);
            assertThat(filled)
                    .isEqualTo(Math.max(0, Math.min(target.length, ordinals.length - rank)));
            if (filled > 0) {
                assertThat(Arrays.copyOf(target, filled))
                        .isEqualTo(Arrays.copyOfRange(ordinals, rank, rank + filled));
            }
        }
    }

    private record Words(BitSet bits) implements OrdinalWords {
        @Override
        public long word(final int index) {
            final long[] word = bits.get(index * Long.SIZE, (index + 1) * Long.SIZE).toLongArray();
            return word.length == 0 ? 0 : word[0];
        }

        @Override
        public void retain(final int index, final long[] words) {
            for (int i = 0; i < words.length; i++) {
                words[i] &= word(index + i);
            }
        }
    }
}
