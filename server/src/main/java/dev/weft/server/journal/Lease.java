package dev.weft.server.journal;

/**
 * What a reader, or a thread for all of its readers together, still needs of a journal: from one
 * sequence on. Retention waits for it a bounded time ({@link RetentionLimits#leaseMaxNs}); a lease
 * is a wish and no lock. Written by the one thread that owns it, read by the house-keeping one.
 */
public final class Lease {
    /** {@link #sequence}: nothing is needed. */
    public static final long NONE = Long.MAX_VALUE;

    private volatile long sequence = NONE;

    /** Lowest sequence that is still needed, or {@link #NONE}. Any thread. */
    public long sequence() {
        return sequence;
    }

    /** From this sequence on, whatever was needed before; {@link #NONE} to end it. */
    public void need(final long from) {
        sequence = from;
    }

    /** From this sequence on, too. */
    public void needAlso(final long from) {
        if (from < sequence) {
            sequence = from;
        }
    }
}
