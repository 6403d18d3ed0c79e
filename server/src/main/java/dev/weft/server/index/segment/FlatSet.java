package dev.weft.server.index.segment;

/** Ordinals as one bit each: quick to make of what is still growing. */
final class FlatSet implements OrdinalSet {
    /** Words whose bits are counted together. */
    private static final int GROUP = 64;

    private final long[] words;
    private final int[] countBeforeGroup;
    private final int count;

    /** Takes the words over. */
    FlatSet(final long[] words) {
        this.words = words;
        countBeforeGroup = new int[words.length / GROUP + 1];
        int sum = 0;
        for (int i = 0; i < words.length; i++) {
            if (i % GROUP == 0) {
                countBeforeGroup[i / GROUP] = sum;
            }
            sum += Long.bitCount(words[i]);
        }
        if (words.length % GROUP == 0) {
            countBeforeGroup[words.length / GROUP] = sum;
        }
        count = sum;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int countBefore(final int ordinal) {
        final int word = ordinal >>> 6;
        if (word >= words.length) {
            return count;
        }
        int sum = countBeforeGroup[word / GROUP];
        for (int i = word / GROUP * GROUP; i < word; i++) {
            sum += Long.bitCount(words[i]);
        }
        return sum + Long.bitCount(words[word] & ((1L << ordinal) - 1));
    }

    @Override
    public int fill(final int rank, final int[] target) {
        if (rank >= count) {
            return 0;
        }
        int group = 0;
        int high = countBeforeGroup.length - 1;
        while (group < high) { // the last group that begins at or before the rank
            final int middle = (group + high + 1) >>> 1;
            if (countBeforeGroup[middle] <= rank) {
                group = middle;
            } else {
                high = middle - 1;
            }
        }
        int skip = rank - countBeforeGroup[group];
        int filled = 0;
        for (int i = group * GROUP; i < words.length && filled < target.length; i++) {
            long word = words[i];
            final int bits = Long.bitCount(word);
            if (skip >= bits) {
                skip -= bits;
                continue;
            }
            for (; skip > 0; skip--) {
                word &= word - 1;
            }
            for (; word != 0 && filled < target.length; word &= word - 1) {
                target[filled++] = (i << 6) + Long.numberOfTrailingZeros(word);
            }
        }
        return filled;
    }
}
