package dev.weft.server.index;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.JournalMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows no event: what stands in the place of an index that is switched off. Any thread. */
public final class NoIndex implements EventIndex {
    @Override
    public boolean isOff() {
        return true;
    }

    @Override
    public long oldestSequence() {
        return 1;
    }

    @Override
    public long indexedSequence() {
        return 0;
    }

    @Override
    public Selection select(final EventQuery query) {
        return new Nothing();
    }

    @Override
    public long sequenceAt(final long timestampUs) {
        return 1;
    }

    @Override
    public long timestampOf(final long sequence) {
        return UNKNOWN;
    }

    @Override
    public Counting histogram(
            final EventQuery query,
            final long fromUs,
            final long bucketUs,
            final int bucketCount,
            final @Nullable IndexField by,
            final int seriesMax) {
        return () -> new Histogram(fromUs, bucketUs, List.of());
    }

    @Override
    public TermPage terms(
            final IndexField field, final String prefix, final String after, final int limit) {
        return new TermPage(List.of(), true);
    }

    @Override
    public EventReads reads() {
        return new NoReads();
    }

    private static final class Nothing implements Selection {
        private static final Sequences NO_SEQUENCES = () -> Sequences.NONE;

        @Override
        public long count() {
            return 0;
        }

        @Override
        public long countBefore(final long sequence) {
            return 0;
        }

        @Override
        public Sequences ascending(final long offset) {
            return NO_SEQUENCES;
        }

        @Override
        public Sequences descending(final long offset) {
            return NO_SEQUENCES;
        }

        @Override
        public Sequences ascendingFrom(final long sequence) {
            return NO_SEQUENCES;
        }

        @Override
        public Sequences descendingFrom(final long sequence) {
            return NO_SEQUENCES;
        }
    }

    private static final class NoReads implements EventReads {
        private final BlockFlyweight none = new BlockFlyweight();

        @Override
        public boolean at(final long sequence) {
            return false;
        }

        @Override
        public BlockFlyweight block() {
            return none;
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public @Nullable JournalMemory memory() {
            return null;
        }
    }
}
