package dev.weft.server.index;

/**
 * The sequences of a selection one after the other. Belongs to the thread of the index and may be
 * kept from one of its duty cycles to the next: what retention deletes meanwhile is left out.
 */
public interface Sequences {
    /** {@link #next}: there are no more. */
    long NONE = -1;

    /** The next one in the order that was asked for, or {@link #NONE}. */
    long next();
}
