package dev.weft.server.journal.file;

import dev.weft.server.memory.LazyMemory;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where blocks lie: one entry about every {@link #spacing} bytes of journal, in the order of the
 * sequences. An entry is a hint and is checked against the journal when it is used. 24 bytes per
 * entry, and never more than {@link #ENTRIES_MAX} of them: {@link #with} widens the spacing as the
 * journal grows, so a seek in a large one walks a little further (about 8 MiB at 1 TiB). The memory
 * for all entries is reserved from the start, so that adding allocates nothing, and resident as far
 * as there are entries. Grown by one thread (while opening: the opener, then the appender);
 * searched by any.
 */
public final class Positions {
    public static final int NONE = -1;

    /** 6 MiB; twice that for the moment in which the spacing is widened. */
    static final int ENTRIES_MAX = 256 * 1024;

    private static final int SEQUENCE = 0;
    private static final int TIMESTAMP = SEQUENCE + BitUtil.SIZE_OF_LONG;
    private static final int PLACE = TIMESTAMP + BitUtil.SIZE_OF_LONG;
    private static final int ENTRY_LENGTH = PLACE + BitUtil.SIZE_OF_LONG;
    private static final long SPACING_MAX = 1L << 40; // then there is one entry per roll file
    private static final int CYCLE_SHIFT = 40; // a place is the cycle and a file offset below 1 TiB
    private static final long OFFSET_MASK = (1L << CYCLE_SHIFT) - 1;

    private final long spacing;
    private final int entriesMax;
    private final UnsafeBuffer entries;

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
        entries = new UnsafeBuffer(LazyMemory.allocate(entriesMax * ENTRY_LENGTH));
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
        while (target.isFull() && target.spacing < SPACING_MAX) {
            target = target.widened();
        }
        if (target.isFull()) { // more roll files than entries
            target = target.copyTo(new Positions(target.spacing, 2 * target.entriesMax));
        }
        target.add(firstSequence, timestamp, cycle, offset);
        return target;
    }

    private boolean isFull() {
        return size >= entriesMax;
    }

    private Positions widened() {
        final int keptCount = size - keptFrom();
        // If enough is gone, the spacing can stay.
        final long wideSpacing = keptCount > entriesMax / 2 ? 2 * spacing : spacing;
        final Positions wide = copyTo(new Positions(wideSpacing, entriesMax));
        return wide.size > entriesMax / 4 * 3 ? wide.widenedUnlessWidest() : wide;
    }

    /** A copy that is nearly full again would soon be copied again. */
    private Positions widenedUnlessWidest() {
        return spacing < SPACING_MAX ? widened() : this;
    }

    /** At least the first entry of each roll file that is not gone stays. */
    private Positions copyTo(final Positions wide) {
        wide.cycleMin = cycleMin;
        int lastCycle = -1;
        long lastOffset = 0;
        for (int i = keptFrom(); i < size; i++) {
            if (cycle(i) != lastCycle || offset(i) - lastOffset >= wide.spacing) {
                lastCycle = cycle(i);
                lastOffset = offset(i);
                wide.add(firstSequence(i), timestamp(i), lastCycle, lastOffset);
            }
        }
        return wide;
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

    private void add(
            final long firstSequence, final long timestamp, final int cycle, final long offset) {
        final int index = size;
        final int at = index * ENTRY_LENGTH;
        entries.putLong(at + SEQUENCE, firstSequence);
        entries.putLong(at + TIMESTAMP, timestamp);
        entries.putLong(at + PLACE, (long) cycle << CYCLE_SHIFT | offset);
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
        return entries.getLong(index * ENTRY_LENGTH + field);
    }
}
