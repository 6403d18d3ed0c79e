package dev.weft.server.journal.file;

import java.util.Arrays;

/**
 * Where blocks lie: one entry about every {@link #spacing} bytes of journal, in the order of the
 * sequences. An entry is a hint and is checked against the journal when it is used. 24 bytes per
 * entry, and never more than {@link #ENTRIES_MAX} of them: {@link #with} widens the spacing as the
 * journal grows, so a seek in a large one walks a little further (about 8 MiB at 1 TiB). Grown by
 * one thread (while opening: the opener, then the appender); searched by any.
 */
public final class Positions {
    public static final int NONE = -1;

    /** 6 MiB; twice that for the moment in which the spacing is widened. */
    static final int ENTRIES_MAX = 256 * 1024;

    private static final int SEGMENT_ENTRIES = 1_024;
    private static final int FIELDS = 3;
    private static final int SEQUENCE = 0;
    private static final int TIMESTAMP = 1;
    private static final int PLACE = 2;
    private static final long SPACING_MAX = 1L << 40; // then there is one entry per roll file
    private static final int CYCLE_SHIFT = 40; // a place is the cycle and a file offset below 1 TiB
    private static final long OFFSET_MASK = (1L << CYCLE_SHIFT) - 1;

    private final long spacing;
    private final int entriesMax;
    private volatile long[][] segments = new long[0][];

    /** Entries that readers may look at; written after the entry. */
    private volatile int size;

    /** Entries of cycles below are of files that are gone. Written by the house-keeping thread. */
    private volatile int cycleMin;

    public Positions(final long spacing) {
        this(spacing, ENTRIES_MAX);
    }

    public Positions(final long spacing, final int entriesMax) {
        this.spacing = spacing;
        this.entriesMax = entriesMax;
    }

    /**
     * Takes all the memory that these positions may come to need, so that adding allocates nothing.
     * For those that an appender grows; those of a scan stay as small as they are.
     */
    public void reserve() {
        while (segments.length <= entriesMax / SEGMENT_ENTRIES) {
            addSegment();
        }
    }

    private void addSegment() {
        final int count = segments.length;
        final long[][] grown = Arrays.copyOf(segments, count + 1);
        grown[count] = new long[SEGMENT_ENTRIES * FIELDS];
        segments = grown;
    }

    public int size() {
        return size;
    }

    /** Bytes of a roll file from one entry to the next that is worth to be added. */
    public long spacing() {
        return spacing;
    }

    /**
     * Adds an entry whose sequence is above all others, unless it is nearer to the last one of its
     * file than the spacing. Thread: the growing one.
     *
     * @return these positions, or, if they were full, a wider spaced copy in their place.
     */
    public Positions with(
            final long firstSequence, final long timestamp, final int cycle, final long offset) {
        if (size > 0 && cycle(size - 1) == cycle && offset - offset(size - 1) < spacing) {
            return this;
        }
        Positions target = this;
        while (target.size >= entriesMax && target.spacing < SPACING_MAX) {
            target = target.widened();
        }
        target.add(firstSequence, timestamp, cycle, offset);
        return target;
    }

    /** At least the first entry of each roll file stays. */
    private Positions widened() {
        final int keptFrom = keptFrom();
        // If enough is gone, the spacing can stay.
        final boolean isWider = size - keptFrom > entriesMax / 2;
        final Positions wide = new Positions(isWider ? 2 * spacing : spacing, entriesMax);
        wide.cycleMin = cycleMin;
        if (segments.length > entriesMax / SEGMENT_ENTRIES) { // as these are
            wide.reserve();
        }
        int lastCycle = -1;
        long lastOffset = 0;
        for (int i = keptFrom; i < size; i++) {
            if (cycle(i) != lastCycle || offset(i) - lastOffset >= wide.spacing) {
                lastCycle = cycle(i);
                lastOffset = offset(i);
                wide.add(firstSequence(i), timestamp(i), lastCycle, lastOffset);
            }
        }
        return wide.size > entriesMax / 4 * 3 ? wide.widenedUnlessWidest() : wide;
    }

    /** First entry of a file that is not gone. */
    private int keptFrom() {
        return floor(PLACE, ((long) cycleMin << CYCLE_SHIFT) - 1) + 1;
    }

    /**
     * The files up to a cycle are gone: their entries are left out when these positions are full.
     * Thread: the house-keeping one.
     */
    public void forgetUpTo(final int cycle) {
        cycleMin = cycle + 1;
    }

    /** Entry of a file's first block, or {@link #NONE}. */
    public int firstOf(final int cycle) {
        final int entry = floor(PLACE, ((long) cycle << CYCLE_SHIFT) - 1) + 1;
        return entry < size && cycle(entry) == cycle ? entry : NONE;
    }

    /** A copy that is nearly full again would soon be copied again. */
    private Positions widenedUnlessWidest() {
        return spacing < SPACING_MAX ? widened() : this;
    }

    private void add(
            final long firstSequence, final long timestamp, final int cycle, final long offset) {
        final int index = size;
        final int segment = index / SEGMENT_ENTRIES;
        if (segment == segments.length) {
            addSegment();
        }
        final long[] entries = segments[segment];
        final int at = index % SEGMENT_ENTRIES * FIELDS;
        entries[at + SEQUENCE] = firstSequence;
        entries[at + TIMESTAMP] = timestamp;
        entries[at + PLACE] = (long) cycle << CYCLE_SHIFT | offset;
        size = index + 1;
    }

    /** Forgets all entries from an index on. Only while nobody else looks. */
    public void truncate(final int newSize) {
        size = newSize;
    }

    public long firstSequence(final int index) {
        return field(index, SEQUENCE);
    }

    /** Microseconds since the epoch of the block's first record. */
    public long timestamp(final int index) {
        return field(index, TIMESTAMP);
    }

    public int cycle(final int index) {
        return cycleOfPlace(place(index));
    }

    /** Position of the block's header word in its roll file. */
    public long offset(final int index) {
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
