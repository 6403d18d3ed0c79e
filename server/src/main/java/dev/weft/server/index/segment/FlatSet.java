package dev.weft.server.index.segment;

import java.util.Arrays;

/** Ordinals as one bit each, counted in groups. A group is read again when it is needed. */
final class FlatSet implements OrdinalSet {
    /** Words whose bits are counted together. */
    static final int GROUP = 64;

    private static final int GROUP_BITS = GROUP * Long.SIZE;

    private final OrdinalWords source;
    private final int end;
    private final GroupCounts counts;
    private final int complete; // groups that lie before the end as a whole
    private final int count;
    private final long[] words =
            new long[GROUP]; // of the loaded group, without what lies behind the end
    private int loaded = -1;

    /**
     * Makes it.
     *
     * @param end ordinal behind the last one that counts, whatever the words hold.
     * @param counts of the same words, from an earlier end or new.
     */
    FlatSet(final OrdinalWords source, final int end, final GroupCounts counts) {
        this.source = source;
        this.end = end;
        this.counts = counts;
        complete = end / GROUP_BITS;
        counts.extend(source, complete);
        count = counts.before(complete) + (end % GROUP_BITS == 0 ? 0 : bitsOf(complete));
    }

    /** Reads one group. */
    static void load(final OrdinalWords source, final int group, final long[] words) {
        Arrays.fill(words, -1);
        source.retain(group * GROUP, words);
    }

    private int bitsOf(final int group) {
        load(group);
        return GroupCounts.bits(words, GROUP);
    }

    private void load(final int group) {
        if (group == loaded) {
            return;
        }
        load(source, group, words);
        loaded = group;
        if (group == complete) {
            final int rest = end % GROUP_BITS;
            words[rest / Long.SIZE] &= (1L << rest) - 1;
            Arrays.fill(words, rest / Long.SIZE + 1, GROUP, 0);
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int countBefore(final int ordinal) {
        if (ordinal >= end) {
            return count;
        }
        final int group = ordinal / GROUP_BITS;
        load(group);
        final int word = ordinal % GROUP_BITS / Long.SIZE;
        return counts.before(group)
                + GroupCounts.bits(words, word)
                + Long.bitCount(words[word] & ((1L << ordinal) - 1));
    }

    @Override
    public int fill(final int rank, final int[] target) {
        if (rank >= count) {
            return 0;
        }
        int group = groupOf(rank);
        int skip = rank - counts.before(group);
        int filled = 0;
        for (; group * GROUP_BITS < end && filled < target.length; group++) {
            load(group);
            for (int i = 0; i < GROUP && filled < target.length; i++) {
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
                    target[filled++] =
                            group * GROUP_BITS + i * Long.SIZE + Long.numberOfTrailingZeros(word);
                }
            }
        }
        return filled;
    }

    /** The last group that begins at or before a rank. */
    private int groupOf(final int rank) {
        int low = 0;
        int high = complete;
        while (low < high) {
            final int middle = (low + high + 1) >>> 1;
            if (counts.before(middle) <= rank) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
