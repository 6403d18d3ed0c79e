package dev.weft.server.journal;

import java.util.Arrays;

/**
 * Where blocks lie: one entry about every 64 KiB of journal, in the order of the sequences. An
 * entry is a hint and is checked against the journal when it is used. 24 bytes per entry. Grown by
 * one thread (while opening: the opener, then the appender); searched by any.
 */
final class Positions {
    static final int NONE = -1;
    private static final int SEGMENT_ENTRIES = 1_024;
    private static final int FIELDS = 3;
    private static final int SEQUENCE = 0;
    private static final int TIMESTAMP = 1;
    private static final int PLACE = 2;
    private static final int CYCLE_SHIFT = 40; // a place is the cycle and a file offset below 1 TiB
    private static final long OFFSET_MASK = (1L << CYCLE_SHIFT) - 1;

    private volatile long[][] segments = new long[0][];

    /** Entries that readers may look at; written after the entry. */
    private volatile int size;

    int size() {
        return size;
    }

    /** Adds an entry whose sequence is above all others. Thread: the growing one. */
    void add(final long firstSequence, final long timestamp, final int cycle, final long offset) {
        final int index = size;
        final int segment = index / SEGMENT_ENTRIES;
        if (segment == segments.length) {
            final long[][] grown = Arrays.copyOf(segments, segment + 1);
            grown[segment] = new long[SEGMENT_ENTRIES * FIELDS];
            segments = grown;
        }
        final long[] entries = segments[segment];
        final int at = index % SEGMENT_ENTRIES * FIELDS;
        entries[at + SEQUENCE] = firstSequence;
        entries[at + TIMESTAMP] = timestamp;
        entries[at + PLACE] = (long) cycle << CYCLE_SHIFT | offset;
        size = index + 1;
    }

    /** Forgets all entries from an index on. Only while nobody else looks. */
    void truncate(final int newSize) {
        size = newSize;
    }

    long firstSequence(final int index) {
        return field(index, SEQUENCE);
    }

    /** Microseconds since the epoch of the block's first record. */
    long timestamp(final int index) {
        return field(index, TIMESTAMP);
    }

    int cycle(final int index) {
        return cycleOfPlace(place(index));
    }

    /** Position of the block's header word in its roll file. */
    long offset(final int index) {
        return offsetOfPlace(place(index));
    }

    /** Cycle and offset in one number. */
    long place(final int index) {
        return field(index, PLACE);
    }

    static int cycleOfPlace(final long place) {
        return (int) (place >>> CYCLE_SHIFT);
    }

    static long offsetOfPlace(final long place) {
        return place & OFFSET_MASK;
    }

    /** Last entry whose block begins at or before a sequence, or {@link #NONE}. */
    int floor(final long sequence) {
        return floor(SEQUENCE, sequence);
    }

    /** Last entry whose block begins at or before a time, or {@link #NONE}. */
    int floorByTime(final long timestamp) {
        return floor(TIMESTAMP, timestamp);
    }

    private int floor(final int field, final long wanted) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (field(middle, field) <= wanted) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private long field(final int index, final int field) {
        return segments[index / SEGMENT_ENTRIES][index % SEGMENT_ENTRIES * FIELDS + field];
    }
}
