package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * Sequences of the newest events: one of each subject, or one in all. An event without a subject
 * counts as one of its type. Holds the names and the sequences, no events, so its memory is bounded
 * by the number of subjects. Reused; confined to its thread.
 */
public final class Newest {
    /** Subjects that it is made for. */
    public static final int SUBJECTS_MAX = 65_536;

    private static final int INITIAL_LENGTH = 16;
    private static final int NAME_LENGTH = 24; // for a start

    private final boolean isBySubject;
    private final TextHash hash = new TextHash();
    private int[] table = new int[2 * INITIAL_LENGTH]; // number of the entry + 1, or 0
    private int[] hashes = new int[INITIAL_LENGTH]; // the others by number of the entry
    private long[] sequences = new long[INITIAL_LENGTH];
    private int[] nameEnds = new int[INITIAL_LENGTH];
    private byte[] names = new byte[INITIAL_LENGTH * NAME_LENGTH]; // one behind the other
    private int count;
    private long[] sorted = {};

    /**
     * Makes an empty one.
     *
     * @param policy not {@link Policy#ALL}.
     */
    public Newest(final Policy policy) {
        isBySubject = policy.kind() == Policy.Kind.LATEST;
    }

    public int count() {
        return count;
    }

    /** Whether it holds so many that they should go out before more is noted than a block has. */
    public boolean isNearlyFull() {
        return count > SUBJECTS_MAX - BlockDescriptor.BLOCK_RECORDS_MAX;
    }

    /** Forgets everything. */
    public void clear() {
        count = 0;
        Arrays.fill(table, 0);
    }

    /**
     * Notes a record; of one subject the highest sequence stays, in whatever order they come. Of a
     * block that is overwritten meanwhile nonsense is noted, which whoever asked will notice.
     */
    public void note(final BlockFlyweight block, final int record, final long sequence) {
        if (!isBySubject) {
            sequences[0] = count == 0 ? sequence : Math.max(sequences[0], sequence);
            count = 1;
            return;
        }
        final boolean hasSubject = block.fieldLength(record, RecordDescriptor.SUBJECT_OFFSET) > 0;
        final int field =
                hasSubject ? RecordDescriptor.SUBJECT_OFFSET : RecordDescriptor.TYPE_OFFSET;
        final DirectBuffer buffer = block.buffer();
        final int offset = block.fieldOffset(record, field);
        final int length = block.fieldLength(record, field);
        if (offset >= 0 && offset <= buffer.capacity() - length) {
            final int before = count;
            final int entry = find(buffer, offset, length, hasSubject); // may make the arrays anew
            sequences[entry] = entry == before ? sequence : Math.max(sequences[entry], sequence);
        }
    }

    /** The sequences, ascending, in the first {@link #count} places; good until the next call. */
    public long[] sorted() {
        if (sorted.length < count) {
            sorted = new long[sequences.length];
        }
        System.arraycopy(sequences, 0, sorted, 0, count);
        Arrays.sort(sorted, 0, count);
        return sorted;
    }

    /** Number of the entry with the name, which is made if it is new. */
    private int find(
            final DirectBuffer buffer, final int offset, final int length, final boolean subject) {
        // A subject holds a slash behind its kind; so may a type, hence the bit.
        final int wanted = hash.of(buffer, offset, length) << 1 | (subject ? 1 : 0);
        final int mask = table.length - 1;
        int slot = (wanted >>> 1) & mask;
        while (table[slot] != 0) {
            final int entry = table[slot] - 1;
            if (hashes[entry] == wanted && isNamed(entry, buffer, offset, length)) {
                return entry;
            }
            slot = (slot + 1) & mask;
        }
        if (count == sequences.length) {
            grow();
        }
        final int entry = count++;
        hashes[entry] = wanted;
        insert(entry);
        final int begin = nameBegin(entry);
        final int end = begin + length;
        if (end > names.length) {
            names = Arrays.copyOf(names, Math.max(end, 2 * names.length));
        }
        buffer.getBytes(offset, names, begin, length);
        nameEnds[entry] = end;
        return entry;
    }

    private void insert(final int entry) {
        final int mask = table.length - 1;
        int slot = (hashes[entry] >>> 1) & mask;
        while (table[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        table[slot] = entry + 1;
    }

    private boolean isNamed(
            final int entry, final DirectBuffer buffer, final int offset, final int length) {
        final int begin = nameBegin(entry);
        if (nameEnds[entry] - begin != length) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (names[begin + i] != buffer.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    private int nameBegin(final int entry) {
        return entry == 0 ? 0 : nameEnds[entry - 1];
    }

    private void grow() {
        final int length = 2 * sequences.length;
        hashes = Arrays.copyOf(hashes, length);
        sequences = Arrays.copyOf(sequences, length);
        nameEnds = Arrays.copyOf(nameEnds, length);
        table = new int[2 * length];
        for (int entry = 0; entry < count; entry++) {
            insert(entry);
        }
    }
}
