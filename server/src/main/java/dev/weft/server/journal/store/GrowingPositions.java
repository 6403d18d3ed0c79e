package dev.weft.server.journal.store;

import dev.weft.server.journal.file.Positions;
import dev.weft.server.journal.file.RollCatalog;
import dev.weft.server.journal.file.RollFile;

/**
 * The positions of a journal that is appended to: an entry for the first block of each file, and
 * for the next block after each spacing. Thread: the appender's, but for what says otherwise.
 */
final class GrowingPositions {
    /** So far before the first block of a file that it gets an entry whatever the spacing is. */
    private static final long NOT_INDEXED = Long.MIN_VALUE / 2;

    private volatile Positions positions; // read by readers and the house-keeping thread
    private long indexedPosition = NOT_INDEXED;

    GrowingPositions(final Positions positions) {
        this.positions = positions;
    }

    /** To be asked for each search: it is replaced when it has become too large. Any thread. */
    Positions get() {
        return positions;
    }

    /** Appending goes on behind blocks that this file has already. */
    void goOnWith(final int cycle) {
        final int size = positions.size();
        indexedPosition =
                size > 0 && positions.cycle(size - 1) == cycle
                        ? positions.offset(size - 1)
                        : NOT_INDEXED;
    }

    /** The next block is the first one of its file. */
    void onRoll() {
        indexedPosition = NOT_INDEXED;
    }

    void onBlock(
            final long firstSequence,
            final long timestampUs,
            final int cycle,
            final long position) {
        final Positions index = positions;
        if (position - indexedPosition >= index.spacing()) {
            final Positions grown = index.with(firstSequence, timestampUs, cycle, position);
            if (grown != index) {
                positions = grown;
            }
            indexedPosition = position;
        }
    }

    /**
     * The lowest sequence with a position such that what comes from there on takes at most so many
     * bytes. Any thread.
     *
     * @return or this, if there is none.
     */
    long sequenceWithin(final long lengthMax, final RollCatalog catalog, final long otherwise) {
        final Positions index = positions;
        long length = 0; // of the files behind the one that is looked at
        int entry = index.size() - 1;
        int cycleBehind = -1;
        for (int i = entry; i >= 0; i--) {
            final RollFile holder = catalog.get(index.cycle(i));
            if (holder == null) {
                break;
            }
            if (cycleBehind >= 0 && cycleBehind != holder.cycle()) {
                final RollFile behind = catalog.get(cycleBehind);
                length += behind == null ? 0 : behind.dataEnd();
            }
            cycleBehind = holder.cycle();
            if (length + holder.dataEnd() - index.offset(i) > lengthMax) {
                break;
            }
            entry = i;
        }
        return entry < 0 ? otherwise : index.firstSequence(entry);
    }
}
