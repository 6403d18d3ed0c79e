package dev.weft.server.index.segment;

/**
 * Finds places in the tables of a segment, which are the same whether they lie in memory or in a
 * file: runs of dense sequences, times, and blocks, each in the order of the ordinals.
 */
abstract class SearchedSegment implements Segment {
    /** Runs of dense sequences; one at least when there are events. */
    abstract int runCount();

    /** First ordinal of a run. */
    abstract int runOrdinal(int run);

    /** First sequence of a run. */
    abstract long runSequence(int run);

    /** Blocks of the journal that hold its events. */
    abstract int blockCount();

    /** First ordinal of a block. */
    abstract int blockOrdinal(int block);

    /** Where in the journal a block lies. */
    abstract long blockPlace(int block);

    @Override
    public final int ordinalFrom(final long sequence) {
        int low = 0;
        int high = runCount();
        while (low < high) { // the first run that begins behind it
            final int middle = (low + high) >>> 1;
            if (runSequence(middle) <= sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return 0;
        }
        final int end = low < runCount() ? runOrdinal(low) : count();
        return (int) Math.min(end, runOrdinal(low - 1) + sequence - runSequence(low - 1));
    }

    @Override
    public final long sequence(final int ordinal) {
        int low = 0;
        int high = runCount() - 1;
        while (low < high) { // the last run that begins at or before it
            final int middle = (low + high + 1) >>> 1;
            if (runOrdinal(middle) <= ordinal) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return runSequence(low) + ordinal - runOrdinal(low);
    }

    @Override
    public final int ordinalSince(final long timestampUs) {
        int low = 0;
        int high = count();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (timestamp(middle) >= timestampUs) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public final long place(final int ordinal) {
        int low = 0;
        int high = blockCount() - 1;
        while (low < high) { // the last block that begins at or before it
            final int middle = (low + high + 1) >>> 1;
            if (blockOrdinal(middle) <= ordinal) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return blockPlace(low);
    }
}
