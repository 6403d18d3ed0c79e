package dev.weft.server.sequencer;

/**
 * What must not have changed for an append to be made: nothing was appended under the same key
 * since the sequence up to which its maker has looked. The sequencer knows keys by {@link #SLOTS}
 * slots, so two keys may share one: then an append is refused that could have been made, and its
 * maker looks again. Immutable.
 *
 * @param checkedSlot slot that must not have changed, {@link #NONE} if there is only the other.
 * @param changedSlot slot that changes by this append and, unless {@code isShared}, must not have
 *     changed; {@link #NONE} if the append changes nothing that others look at.
 * @param isShared whether others may have changed that slot meanwhile: it is changed for those who
 *     check it, not against each other.
 * @param asOf newest sequence that its maker has taken into account.
 */
public record Precondition(int checkedSlot, int changedSlot, boolean isShared, long asOf) {
    /** Slots that the sequencer keeps; a power of two. */
    public static final int SLOTS = 1 << 16;

    /** No slot. */
    public static final int NONE = -1;

    /** A change of what a key stands for: of two that looked at the same, one is made. */
    public static Precondition change(final String key, final long asOf) {
        return new Precondition(NONE, slot(key), false, asOf);
    }

    /** An append that needs a key to be unchanged, and leaves it so. */
    public static Precondition unchanged(final String key, final long asOf) {
        return new Precondition(slot(key), NONE, false, asOf);
    }

    /** A change of one key that needs another one to be unchanged. */
    public static Precondition changeUnder(final String under, final String key, final long asOf) {
        return new Precondition(slot(under), slot(key), false, asOf);
    }

    /** The same, but two of these may be made by who looked at the same. */
    public static Precondition shareUnder(final String under, final String key, final long asOf) {
        return new Precondition(slot(under), slot(key), true, asOf);
    }

    /** The slot of a key; the same in every run. */
    static int slot(final String key) {
        final int hash = key.hashCode() * 0x9E3779B9;
        return hash >>> (Integer.SIZE - Integer.numberOfTrailingZeros(SLOTS));
    }
}
