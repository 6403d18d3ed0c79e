package dev.weft.server.index.segment;

/** Ordinals in rising order. Its <i>rank</i> counts from 0. Confined to a thread. */
public interface OrdinalSet {
    /** How many there are. */
    int count();

    /** How many there are below an ordinal, which may be any from 0 on. */
    int countBefore(int ordinal);

    /**
     * Copies ordinals out.
     *
     * @param rank of the first one; from 0 on.
     * @return how many were copied, 0 from {@link #count} on.
     */
    int fill(int rank, int[] target);
}
