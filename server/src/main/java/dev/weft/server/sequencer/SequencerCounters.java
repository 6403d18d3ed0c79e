package dev.weft.server.sequencer;

/** What the sequencer and the forcing agent count. Called on their threads; must not block. */
public interface SequencerCounters {
    /** Counts nothing. */
    SequencerCounters NONE = new SequencerCounters() {};

    /** A block went into the journal. */
    default void onBlock(final int eventCount, final int length) {}

    /** A publish was appended; the latency counts from when ingest handed it over. */
    default void onAppended(final long latencyNs) {}

    /** A publish was refused with everything in it. */
    default void onRefused(final PendingAppend.Status status, final int eventCount) {}

    /** Events that were recognised as duplicates. */
    default void onDuplicates(final int eventCount) {}

    /** One force of the journal answered this many publishes. */
    default void onForced(final int publishCount, final long durationNs) {}
}
