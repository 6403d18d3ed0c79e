package dev.weft.server.sequencer;

import org.jspecify.annotations.Nullable;

/**
 * The last sequence that was appended under a precondition, slot by slot: 512 KiB, of which only
 * what is used is touched. It begins empty with each start, as do those who look. Thread: the
 * sequencer's.
 */
final class Preconditions {
    private final long[] lastSequences = new long[Precondition.SLOTS];

    /** Whether an append may be made; one without a precondition always may. */
    boolean holds(final @Nullable Precondition precondition) {
        if (precondition == null) {
            return true;
        }
        final int checked = precondition.checkedSlot();
        final int changed = precondition.changedSlot();
        final long asOf = precondition.asOf();
        return (checked == Precondition.NONE || lastSequences[checked] <= asOf)
                && (changed == Precondition.NONE
                        || precondition.isShared()
                        || lastSequences[changed] <= asOf);
    }

    /**
     * Notes an append that is about to be made.
     *
     * @param sequence its last one.
     */
    void note(final PendingAppend pending, final long sequence) {
        final int slot = changedSlot(pending);
        if (slot != Precondition.NONE) {
            pending.slotBefore(lastSequences[slot]);
            lastSequences[slot] = sequence;
        }
    }

    /** Takes the last note back: the append was not made after all. */
    void takeBack(final PendingAppend pending) {
        final int slot = changedSlot(pending);
        if (slot != Precondition.NONE) {
            lastSequences[slot] = pending.slotBefore();
        }
    }

    private static int changedSlot(final PendingAppend pending) {
        final Precondition precondition = pending.precondition();
        return precondition == null ? Precondition.NONE : precondition.changedSlot();
    }
}
