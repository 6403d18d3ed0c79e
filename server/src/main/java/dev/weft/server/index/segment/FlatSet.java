package dev.weft.server.index.segment;

/** Ordinals as one bit each, counted in groups. The words are read again for each answer. */
final class FlatSet implements OrdinalSet {
    /** Words whose bits are counted together. */
    private static final int GROUP = 64;

    private final OrdinalWords words;
    private final int wordCount;
    private final long lastMask;
    private final int[] countBeforeGroup;
    private final int count;

    /**
     * @param end ordinal behind the last one that counts, whatever the words hold.
     */
    FlatSet(final OrdinalWords words, final int end) {
        this.words = words;
        wordCount = (end + Long.SIZE - 1) / Long.SIZE;
        lastMask = -1L >>> -end;
        countBeforeGroup = new int[wordCount / GROUP + 1];
        int sum = 0;
        for (int i = 0; i < wordCount; i++) {
            if (i % GROUP == 0) {
                countBeforeGroup[i / GROUP] = sum;
            }
            sum += Long.bitCount(word(i));
        }
        if (wordCount % GROUP == 0) {
            countBeforeGroup[wordCount / GROUP] = sum;
        }
        count = sum;
    }

    private long word(final int index) {
        final long word = words.word(index);
        return index == wordCount - 1 ? word & lastMask : word;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int countBefore(final int ordinal) {
        final int word = ordinal >>> 6;
        if (word >= wordCount) {
            return count;
        }
        int sum = countBeforeGroup[word / GROUP];
        for (int i = word / GROUP * GROUP; i < word; i++) {
            sum += Long.bitCount(word(i));
        }
        return sum + Long.bitCount(word(word) & ((1L << ordinal) - 1));
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
        for (int i = group * GROUP; i < wordCount && filled < target.length; i++) {
            long word = word(i);
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
