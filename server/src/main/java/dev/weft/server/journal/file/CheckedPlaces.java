package dev.weft.server.journal.file;

import java.util.Arrays;

/**
 * Remembers of a bounded number of blocks that their checksum was right: bytes of the journal never
 * change. Which ones are forgotten is left to chance. Confined to its reader's thread.
 */
public final class CheckedPlaces {
    private static final int SLOT_BITS = 16;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final long NONE = -1;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long[] places = new long[SLOTS];

    public CheckedPlaces() {
        Arrays.fill(places, NONE);
    }

    boolean contains(final long place) {
        return places[slot(place)] == place;
    }

    void add(final long place) {
        places[slot(place)] = place;
    }

    private static int slot(final long place) {
        return (int) ((place * MULTIPLIER) >>> (Long.SIZE - SLOT_BITS));
    }
}
