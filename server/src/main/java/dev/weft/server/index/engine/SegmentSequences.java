package dev.weft.server.index.engine;

import dev.weft.server.index.Sequences;

/**
 * Goes through a selection in one direction, some sequences at a time. Between two batches segments
 * may come and go: then it looks up its place again. Thread: {@code weft-query}.
 */
final class SegmentSequences implements Sequences {
    private static final int BATCH = 128;

    private final SegmentSelection selection;
    private final boolean isAscending;
    private final int[] ordinals = new int[BATCH];
    private final long[] batch = new long[BATCH];
    private int batchNext;
    private int batchEnd;
    private int part; // in which the batch after this one begins
    private int rank; // there; descending, of its highest
    private long epoch;
    private long from; // where the batch after this one begins, if the epoch is another

    /** Begins at a rank of a part, both in the current epoch. */
    SegmentSequences(
            final SegmentSelection selection,
            final boolean isAscending,
            final int part,
            final int rank) {
        this.selection = selection;
        this.isAscending = isAscending;
        this.part = part;
        this.rank = rank;
        epoch = selection.epoch();
        from = isAscending ? Long.MAX_VALUE : 0;
        load();
    }

    /** Begins at a sequence. */
    SegmentSequences(
            final SegmentSelection selection, final boolean isAscending, final long sequence) {
        this.selection = selection;
        this.isAscending = isAscending;
        from = Math.min(sequence, Long.MAX_VALUE - 1);
        seek();
    }

    @Override
    public long next() {
        while (true) {
            while (batchNext < batchEnd) {
                final long sequence = batch[batchNext++];
                if (!selection.isGone(sequence)) {
                    return sequence;
                }
            }
            if (!selection.isCurrent() || epoch != selection.epoch()) {
                seek();
            }
            if (!load()) {
                return NONE;
            }
        }
    }

    private void seek() {
        final SegmentSelection.Part[] parts = selection.parts();
        epoch = selection.epoch();
        batchNext = 0;
        batchEnd = 0;
        if (isAscending) {
            part = 0;
            while (part < parts.length && parts[part].segment().lastSequence() < from) {
                part++;
            }
            rank = part < parts.length ? parts[part].rank(from) : 0;
        } else {
            part = parts.length - 1;
            while (part >= 0 && parts[part].segment().firstSequence() > from) {
                part--;
            }
            rank = part >= 0 ? parts[part].rank(from + 1) - 1 : 0;
        }
    }

    /** Reads the next batch; false if there is none. */
    private boolean load() {
        final SegmentSelection.Part[] parts = selection.parts();
        batchNext = 0;
        batchEnd = 0;
        while (part >= 0 && part < parts.length && batchEnd == 0) {
            if (isAscending) {
                loadAscending(parts[part]);
            } else {
                loadDescending(parts[part]);
                if (rank < 0 && part > 0) {
                    part--;
                    rank = parts[part].count() - 1;
                } else if (rank < 0) {
                    part--;
                }
            }
        }
        if (batchEnd > 0) {
            from = batch[batchEnd - 1] + (isAscending ? 1 : -1);
        }
        return batchEnd > 0;
    }

    private void loadAscending(final SegmentSelection.Part current) {
        if (rank < current.count()) {
            final int filled = current.fill(rank, ordinals);
            for (int i = 0; i < filled; i++) {
                batch[i] = current.segment().sequence(ordinals[i]);
            }
            batchEnd = filled;
            rank += filled;
        }
        if (rank >= current.count()) {
            part++;
            rank = 0;
        }
    }

    private void loadDescending(final SegmentSelection.Part current) {
        if (rank >= 0) {
            final int lowest = Math.max(0, rank - BATCH + 1);
            final int wanted = rank - lowest + 1;
            current.fill(lowest, ordinals);
            for (int i = 0; i < wanted; i++) {
                batch[i] = current.segment().sequence(ordinals[wanted - 1 - i]);
            }
            batchEnd = wanted;
            rank = lowest - 1;
        }
    }
}
