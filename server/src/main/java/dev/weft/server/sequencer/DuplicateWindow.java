package dev.weft.server.sequencer;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last ids that callers gave, and the sequence each one got: {@link #CAPACITY} ids, none older
 * than {@link #SPAN} events. Open addressing over a circular list of ids; what is compared are
 * exact bytes, so the seed of the hash decides speed and never the outcome. The oldest id goes
 * first. Thread: the sequencer's.
 */
public final class DuplicateWindow {
    /** Ids remembered. */
    public static final int CAPACITY = 65_536;

    /** Events after which an id is forgotten in any case; bounds the scan at start. */
    public static final long SPAN = 1 << 20;

    /** {@link #putIfAbsent}: the id is new. */
    public static final long ABSENT = 0;

    private static final int ENTRY_MASK = CAPACITY - 1;
    private static final int TABLE_LENGTH = 2 * CAPACITY;
    private static final int TABLE_MASK = TABLE_LENGTH - 1;
    private static final int FREE = -1;
    private static final int ARENA_LENGTH_INITIAL = 1 << 20;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final long hashMask;
    private final int[] table = new int[TABLE_LENGTH]; // entry index, or FREE
    private final long[] hashes = new long[CAPACITY];
    private final long[] sequences = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY]; // where the id ends in the arena, ever growing
    private final int[] lengths = new int[CAPACITY];
    private long oldest; // entries are numbered from 0; [oldest, next) are remembered
    private long next;
    private UnsafeBuffer arena = allocate(ARENA_LENGTH_INITIAL);

    /**
     * Makes it empty.
     *
     * @param seed unknown to callers, so that they cannot choose ids that collide.
     */
    public DuplicateWindow(final long seed) {
        this(seed, -1L);
    }

    /** For tests: with few bits in the mask many ids have the same hash. */
    DuplicateWindow(final long seed, final long hashMask) {
        this.seed = seed;
        this.hashMask = hashMask;
        Arrays.fill(table, FREE);
    }

    /** Ids remembered now. */
    public int size() {
        return (int) (next - oldest);
    }

    /**
     * Looks an id up, and remembers it under its sequence if it is new. Forgets the oldest when
     * full and those that {@code sequence} leaves out of the span.
     *
     * @param sequence that the event gets if its id is new; larger than any before.
     * @return the sequence remembered under this id, {@link #ABSENT} if it is new.
     */
    public long putIfAbsent(
            final DirectBuffer buffer, final int offset, final int length, final long sequence) {
        forgetUpTo(sequence - SPAN);
        final long hash = hash(buffer, offset, length);
        int slot = slot(hash, buffer, offset, length);
        if (table[slot] != FREE) {
            return sequences[table[slot]];
        }
        if (size() == CAPACITY) {
            forgetOldest(); // may move entries, hence the second search
            slot = slot(hash, buffer, offset, length);
        }
        final int entry = (int) next & ENTRY_MASK;
        final long end = place(length);
        arena.putBytes((int) (end - length) & (arena.capacity() - 1), buffer, offset, length);
        hashes[entry] = hash;
        sequences[entry] = sequence;
        ends[entry] = end;
        lengths[entry] = length;
        table[slot] = entry;
        next++;
        return ABSENT;
    }

    /**
     * Looks an id up and remembers nothing.
     *
     * @return the sequence remembered under this id, {@link #ABSENT} if there is none.
     */
    public long find(final DirectBuffer buffer, final int offset, final int length) {
        final int entry = table[slot(hash(buffer, offset, length), buffer, offset, length)];
        return entry == FREE ? ABSENT : sequences[entry];
    }

    /** Where an id is in the table, or where it would be put. */
    private int slot(
            final long hash, final DirectBuffer buffer, final int offset, final int length) {
        int slot = (int) hash & TABLE_MASK;
        for (int entry = table[slot]; entry != FREE; entry = table[slot]) {
            if (hashes[entry] == hash && isSame(entry, buffer, offset, length)) {
                break;
            }
            slot = (slot + 1) & TABLE_MASK;
        }
        return slot;
    }

    /** Takes back every id at or above a sequence: their events were not appended after all. */
    public void forgetFrom(final long sequence) {
        while (next > oldest && sequences[(int) (next - 1) & ENTRY_MASK] >= sequence) {
            next--;
            remove((int) next & ENTRY_MASK);
        }
    }

    private void forgetUpTo(final long sequence) {
        while (oldest < next && sequences[(int) oldest & ENTRY_MASK] <= sequence) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        remove((int) oldest & ENTRY_MASK);
        oldest++;
    }

    /** Frees the slot of an entry and closes the hole, so that no search ends too early. */
    private void remove(final int entry) {
        int hole = (int) hashes[entry] & TABLE_MASK;
        while (table[hole] != entry) {
            hole = (hole + 1) & TABLE_MASK;
        }
        int slot = hole;
        while (true) {
            slot = (slot + 1) & TABLE_MASK;
            final int candidate = table[slot];
            if (candidate == FREE) {
                break;
            }
            final int home = (int) hashes[candidate] & TABLE_MASK;
            if (((slot - home) & TABLE_MASK) >= ((slot - hole) & TABLE_MASK)) {
                table[hole] = candidate;
                hole = slot;
            }
        }
        table[hole] = FREE;
    }

    /** Where an id of this length goes: its end, such that it does not cross the arena's end. */
    private long place(final int length) {
        while (true) {
            final long capacity = arena.capacity();
            final long used = size() == 0 ? 0 : ends[(int) (next - 1) & ENTRY_MASK];
            final long untilEnd = capacity - (used & (capacity - 1));
            final long start = length <= untilEnd ? used : used + untilEnd;
            final int oldestEntry = (int) oldest & ENTRY_MASK;
            final long free = size() == 0 ? start : ends[oldestEntry] - lengths[oldestEntry];
            if (start + length - free <= capacity) {
                return start + length;
            }
            grow();
        }
    }

    private void grow() {
        final UnsafeBuffer from = arena;
        arena = allocate(Math.multiplyExact(from.capacity(), 2));
        long end = 0;
        for (long i = oldest; i < next; i++) {
            final int entry = (int) i & ENTRY_MASK;
            final int length = lengths[entry];
            final int source = (int) (ends[entry] - length) & (from.capacity() - 1);
            arena.putBytes((int) end, from, source, length); // all fit: twice the room, no wrap
            end += length;
            ends[entry] = end;
        }
    }

    private boolean isSame(
            final int entry, final DirectBuffer buffer, final int offset, final int length) {
        if (lengths[entry] != length) {
            return false;
        }
        final UnsafeBuffer ids = arena;
        final int start = (int) (ends[entry] - length) & (ids.capacity() - 1);
        for (int i = 0; i < length; i++) {
            if (ids.getByte(start + i) != buffer.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    private long hash(final DirectBuffer buffer, final int offset, final int length) {
        long hash = seed ^ length;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            hash = mix(hash ^ buffer.getLong(offset + i));
        }
        for (; i < length; i++) {
            hash = mix(hash ^ buffer.getByte(offset + i));
        }
        return hash & hashMask;
    }

    private static long mix(final long value) {
        final long high = Math.multiplyHigh(value, MULTIPLIER);
        return (value * MULTIPLIER) ^ high ^ (value >>> 29);
    }

    private static UnsafeBuffer allocate(final int capacity) {
        return new UnsafeBuffer(
                ByteBuffer.allocateDirect(BitUtil.findNextPositivePowerOfTwo(capacity)));
    }
}
