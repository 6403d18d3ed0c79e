package dev.weft.server.fold;

import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * A table and how far it has come. It grows when it is asked for, by what the index knows that it
 * does not know yet. Thread: query.
 */
public final class Folded<F extends Fold> {
    /** Events that one step takes in: some milliseconds. */
    static final int STEP_EVENTS_MAX = 1_024;

    private final F fold;
    private long sequence; // newest that it takes into account
    private long oldest;

    /** One that knows nothing yet. */
    public Folded(final F fold) {
        this.fold = fold;
    }

    /**
     * The table, with everything up to a sequence in it, and perhaps with more.
     *
     * @param head indexed already.
     * @return null if that is too much for one step: to be asked again in the next one.
     */
    public @Nullable F upTo(final EventIndex index, final long head) {
        final long indexed = index.indexedSequence();
        if (sequence < indexed) {
            grow(index, indexed);
        }
        final long nowOldest = index.oldestSequence();
        if (nowOldest != oldest) {
            oldest = nowOldest;
            fold.onOldest(nowOldest);
        }
        return sequence < head ? null : fold;
    }

    /** Newest sequence that the table takes into account: what a decision by it is as of. */
    public long asOf() {
        return sequence;
    }

    private void grow(final EventIndex index, final long indexed) {
        final EventReads reads = index.reads();
        final Sequences sequences =
                index.select(fold.wanted().after(sequence).upTo(indexed)).ascending(0);
        for (int i = 0; i < STEP_EVENTS_MAX; i++) {
            final long next = sequences.next();
            if (next == Sequences.NONE) {
                sequence = indexed;
                return;
            }
            if (reads.at(next)) { // else damaged, or deleted this moment
                fold.on(reads.block(), reads.index(), next);
            }
            sequence = next;
        }
    }
}
