package dev.weft.server.journal.recovery;

/**
 * What a journal has to know about itself even when the last pages of its roll files are lost.
 *
 * @param reservedUpTo no sequence above this one was ever given out.
 * @param nextSequenceMin no sequence below this one is given out any more, whatever the roll files
 *     say; 0 for no such bound. It is never taken back: once an event was appended above it, it
 *     only says what the roll files say too.
 * @param bootId the kernel's boot that the last writer ran under.
 * @param clean whether the last stop was clean; only then the following four mean something.
 * @param repairWanted the last run could not append any more: check and rewrite before opening.
 * @param headSequence newest sequence, 0 for none.
 * @param lastTimestamp its time in microseconds since the epoch.
 * @param cycle the roll file in use.
 * @param endPosition where its next record's header goes.
 * @param lastBlockPosition header position of its last block, -1 if it has none.
 */
public record JournalState(
        long reservedUpTo,
        long nextSequenceMin,
        String bootId,
        boolean clean,
        boolean repairWanted,
        long headSequence,
        long lastTimestamp,
        int cycle,
        long endPosition,
        long lastBlockPosition) {
    static final JournalState NEW = new JournalState(0, 0, "", false, false, 0, 0, 0, 0, -1);

    public JournalState running(final long newReservedUpTo, final String newBootId) {
        return new JournalState(
                newReservedUpTo, nextSequenceMin, newBootId, false, false, 0, 0, 0, 0, -1);
    }

    public JournalState reserved(final long newReservedUpTo) {
        return running(newReservedUpTo, bootId);
    }

    /** The same, but numbering goes on at this sequence or above; all else stays. */
    public JournalState numberedFrom(final long sequence) {
        return new JournalState(
                reservedUpTo,
                Math.max(nextSequenceMin, sequence),
                bootId,
                clean,
                repairWanted,
                headSequence,
                lastTimestamp,
                cycle,
                endPosition,
                lastBlockPosition);
    }

    public JournalState failed() {
        return new JournalState(reservedUpTo, nextSequenceMin, bootId, false, true, 0, 0, 0, 0, -1);
    }

    public JournalState stopped(
            final long head,
            final long timestamp,
            final int lastCycle,
            final long end,
            final long lastBlock) {
        return new JournalState(
                reservedUpTo,
                nextSequenceMin,
                bootId,
                true,
                false,
                head,
                timestamp,
                lastCycle,
                end,
                lastBlock);
    }
}
