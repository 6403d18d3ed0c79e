package dev.weft.server.index.segment;

/** Counts of a text when the first events of a segment no longer count. */
final class TermCounts {
    private TermCounts() {}

    /** Of those from an ordinal on; there is at least one. */
    static TermCount cut(final byte[] text, final OrdinalSet all, final int fromOrdinal) {
        final int gone = all.countBefore(fromOrdinal);
        final int[] one = new int[1];
        all.fill(gone, one);
        final int first = one[0];
        all.fill(all.count() - 1, one);
        return new TermCount(text, all.count() - gone, first, one[0]);
    }
}
