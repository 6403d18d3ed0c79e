package dev.weft.server.index.segment;

import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/** Ordinals in a compressed bitmap, which may lie in a mapped file. */
final class CompressedSet implements OrdinalSet {
    private final ImmutableRoaringBitmap bitmap;
    private final int count;

    CompressedSet(final ImmutableRoaringBitmap bitmap) {
        this.bitmap = bitmap;
        count = bitmap.getCardinality();
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int countBefore(final int ordinal) {
        return ordinal <= 0 ? 0 : bitmap.rank(ordinal - 1);
    }

    @Override
    public int fill(final int rank, final int[] target) {
        if (rank >= count) {
            return 0;
        }
        final PeekableIntIterator ordinals = bitmap.getIntIterator();
        ordinals.advanceIfNeeded(bitmap.select(rank));
        int filled = 0;
        while (filled < target.length && ordinals.hasNext()) {
            target[filled++] = ordinals.next();
        }
        return filled;
    }
}
