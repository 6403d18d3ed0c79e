package dev.weft.server.index;

/**
 * The events that match a query, as numbers: nothing is read from the journal. It does as little
 * work as what is asked of it needs, so a page costs what its segments cost. Belongs to the thread
 * of the index.
 *
 * <p>It answers for the events that were indexed when it was made. Kept for longer, it leaves out
 * what retention has deleted.
 */
public interface Selection {
    /** How many match; exact. */
    long count();

    /** How many match and come before a sequence, which may be any; exact. */
    long countBefore(long sequence);

    /**
     * Oldest first.
     *
     * @param offset so many are passed over, in the time of a few look-ups.
     */
    Sequences ascending(long offset);

    /**
     * Newest first.
     *
     * @param offset so many are passed over, in the time of a few look-ups.
     */
    Sequences descending(long offset);

    /** Oldest first, from a sequence on, which is included if it matches. */
    Sequences ascendingFrom(long sequence);

    /** Newest first, from a sequence on downwards, which is included if it matches. */
    Sequences descendingFrom(long sequence);
}
