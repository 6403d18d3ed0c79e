package dev.weft.server.index.segment;

/** All ordinals from 0 on. */
record OrdinalRange(int count) implements OrdinalSet {
    @Override
    public int countBefore(final int ordinal) {
        return Math.min(ordinal, count);
    }

    @Override
    public int fill(final int rank, final int[] target) {
        final int filled = Math.max(0, Math.min(count - rank, target.length));
        for (int i = 0; i < filled; i++) {
            target[i] = rank + i;
        }
        return filled;
    }
}
