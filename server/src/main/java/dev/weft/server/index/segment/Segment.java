package dev.weft.server.index.segment;

import dev.weft.server.index.IndexField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked of a segment, growing or in a file. Thread: {@code weft-query}. */
public interface Segment {
    /** Events in it. */
    int count();

    /** Of the first event; undefined when there is none. */
    long firstSequence();

    /** Of the last event; undefined when there is none. */
    long lastSequence();

    /** First ordinal whose sequence is at least this one; {@link #count} if there is none. */
    int ordinalFrom(long sequence);

    long sequence(int ordinal);

    /** First ordinal whose time is at least this one; {@link #count} if there is none. */
    int ordinalSince(long timestampUs);

    /** Microseconds since the epoch. */
    long timestamp(int ordinal);

    /** Where in the journal the event's block lies. */
    long place(int ordinal);

    /** The ordinals of the events that match. */
    OrdinalSet matches(Wanted wanted);

    /**
     * Counts for each text of a field the events that have it, in any order of the texts.
     *
     * @param within one bit for each event that counts; null for all.
     */
    void count(IndexField field, long @Nullable [] within, TermSink sink);

    /**
     * Texts of a field in the order of their bytes, of events from an ordinal on.
     *
     * @param prefix only those that begin with it; empty for all.
     * @param after only those behind it; empty to begin with the first.
     * @param limit at most so many.
     */
    List<TermCount> terms(
            IndexField field, byte[] prefix, byte[] after, int limit, int fromOrdinal);
}
