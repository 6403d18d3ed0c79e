package dev.weft.server.index.segment;

import java.util.Arrays;

/**
 * How many ordinals of a growing {@link FlatSet} lie before each of its groups. A group that is
 * complete never changes, so each is counted once, however often the same is asked. Thread: {@code
 * weft-query}.
 */
final class GroupCounts {
    private static final int GROUPS_MIN = 16;

    private final long[] words = new long[FlatSet.GROUP];
    private int[] before = new int[GROUPS_MIN]; // the first one is 0
    private int complete;

    /** Counts what was not counted before. */
    void extend(final OrdinalWords source, final int groups) {
        while (complete < groups) {
            if (complete + 1 == before.length) {
                before = Arrays.copyOf(before, 2 * before.length);
            }
            FlatSet.load(source, complete, words);
            before[complete + 1] = before[complete] + bits(words, FlatSet.GROUP);
            complete++;
        }
    }

    /** How many lie before a group, up to the one behind the last complete one. */
    int before(final int group) {
        return before[group];
    }

    /** How many bits of the first words are set. */
    static int bits(final long[] words, final int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Long.bitCount(words[i]);
        }
        return sum;
    }
}
