package dev.weft.server.index.segment;

import java.util.Arrays;

/** A few ordinals in an array. */
final class ListedSet implements OrdinalSet {
    private final int[] ordinals;
    private final int count;

    /** Takes the array over, of which so many are used. */
    ListedSet(final int[] ordinals, final int count) {
        this.ordinals = ordinals;
        this.count = count;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int countBefore(final int ordinal) {
        final int found = Arrays.binarySearch(ordinals, 0, count, ordinal);
        return found >= 0 ? found : -found - 1;
    }

    @Override
    public int fill(final int rank, final int[] target) {
        final int filled = Math.max(0, Math.min(count - rank, target.length));
        System.arraycopy(ordinals, Math.min(rank, count), target, 0, filled);
        return filled;
    }
}
