package dev.weft.server.index;

import org.jspecify.annotations.Nullable;

/**
 * Answers which events there are, from the oldest that is retained to the newest that is indexed.
 * Confined to one thread, {@code weft-query} in the product, on which it also grows: between two
 * calls without a duty cycle of that thread in between nothing changes.
 */
public interface EventIndex {
    /** {@link #timestampOf}: there is no such event here. */
    long UNKNOWN = -1;

    /** Whether there is none, and never will be in this run: it answers as for no events. */
    default boolean isOff() {
        return false;
    }

    /** Oldest sequence that answers can hold; {@code indexedSequence() + 1} when there is none. */
    long oldestSequence();

    /**
     * Newest sequence that answers can hold: all up to it are indexed, or not there. A read that
     * has to find what was appended before it waits until this has come to the journal's {@code
     * appendedSequence}.
     */
    long indexedSequence();

    /** The events that match; costs nothing until something is asked of it. */
    Selection select(EventQuery query);

    /**
     * First sequence at or after a time.
     *
     * @param timestampUs microseconds since the epoch.
     * @return {@code indexedSequence() + 1} if all events are older.
     */
    long sequenceAt(long timestampUs);

    /** Time of an event, microseconds since the epoch, or {@link #UNKNOWN}. */
    long timestampOf(long sequence);

    /**
     * Counts by time, once it is told to. The bounds of the query hold as well.
     *
     * @param fromUs where the first bucket begins, inclusive; microseconds since the epoch.
     * @param bucketUs length of a bucket, from 1 on.
     * @param bucketCount from 1 on.
     * @param by one series for each text of this field, null for one series in all.
     * @param seriesMax texts with a series of their own, those with the most events in these
     *     buckets; the others become one. From 1 on.
     */
    Counting histogram(
            EventQuery query,
            long fromUs,
            long bucketUs,
            int bucketCount,
            @Nullable IndexField by,
            int seriesMax);

    /**
     * The texts of a field, in the order of their bytes, with their counts.
     *
     * @param prefix only those that begin with it, as they stand in a frame; empty for all.
     *     Subjects of one kind begin with {@code kind/}.
     * @param after only those that come after it; empty to begin with the first.
     * @param limit at most so many, from 1 on.
     */
    TermPage terms(IndexField field, String prefix, String after, int limit);

    /** Reads the events themselves. */
    EventReads reads();
}
