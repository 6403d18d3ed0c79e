package dev.weft.server.index.segment;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import dev.weft.server.index.IndexField;
import dev.weft.server.memory.LazyMemory;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The texts of a growing segment, each with its number, found by a hash table. What belongs to a
 * text lies in one record of fixed length, here and for {@link PostingLists}:
 *
 * <pre>
 *  0      4            8            10      11      12      16      20     24     28      32    36       40
 *  | hash | textOffset | textLength | field | level | count | first | last | head | write | end | bitmap | next |
 * </pre>
 *
 * Written by {@code weft-query}; whoever reads it elsewhere does so when it has stopped growing.
 */
final class TermTable {
    static final int NONE = -1;

    private static final int HASH = 0;
    private static final int TEXT_OFFSET = HASH + SIZE_OF_INT;
    private static final int TEXT_LENGTH = TEXT_OFFSET + SIZE_OF_INT;
    private static final int FIELD = TEXT_LENGTH + SIZE_OF_SHORT;
    static final int LEVEL = FIELD + 1;
    static final int COUNT = LEVEL + 1;
    static final int FIRST = COUNT + SIZE_OF_INT;
    static final int LAST = FIRST + SIZE_OF_INT;
    static final int HEAD = LAST + SIZE_OF_INT;
    static final int WRITE = HEAD + SIZE_OF_INT;
    static final int END = WRITE + SIZE_OF_INT;
    static final int BITMAP = END + SIZE_OF_INT;
    private static final int NEXT = BITMAP + SIZE_OF_INT;
    private static final int LENGTH = NEXT + SIZE_OF_INT;

    private static final int FIELDS = IndexField.values().length;
    private static final int SLOTS_MIN = 1 << 12;
    private static final int SLOTS_STEP = 16;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final SegmentLimits limits;
    private final long seed;
    private final UnsafeBuffer records;
    private final UnsafeBuffer texts;
    private final int[] newestOfField = new int[FIELDS];
    private final int[] latestOfField = new int[FIELDS]; // found or added
    private final int slotsMax;
    private int[] slots; // number + 1; 0 for none
    private int count;
    private int textBytes;

    TermTable(final SegmentLimits limits, final long seed) {
        this.limits = limits;
        this.seed = seed;
        records = new UnsafeBuffer(LazyMemory.allocate(limits.terms() * LENGTH));
        texts = new UnsafeBuffer(LazyMemory.allocate(limits.textBytes()));
        slotsMax = Math.max(SLOTS_MIN, BitUtil.findNextPositivePowerOfTwo(2 * limits.terms()));
        slots = new int[SLOTS_MIN];
        Arrays.fill(newestOfField, NONE);
        Arrays.fill(latestOfField, NONE);
    }

    void clear() {
        Arrays.fill(slots, 0);
        Arrays.fill(newestOfField, NONE);
        Arrays.fill(latestOfField, NONE);
        count = 0;
        textBytes = 0;
    }

    /** Texts in it. */
    int count() {
        return count;
    }

    int textBytes() {
        return textBytes;
    }

    /** Whether another event may not fit. */
    boolean isFull() {
        return count > limits.terms() - SegmentLimits.EVENT_TERMS
                || textBytes > limits.textBytes() - SegmentLimits.EVENT_TEXT_BYTES;
    }

    /** Number of a text, or {@link #NONE}. */
    int find(
            final IndexField field, final DirectBuffer source, final int offset, final int length) {
        final int hash = hash(field.number(), source, offset, length);
        final int slot = slot(hash, field.number(), source, offset, length);
        return slots[slot] - 1;
    }

    /**
     * Number of a text, which is a new one if it was not there. One that stands in event after
     * event is known without its hash.
     */
    int findOrAdd(
            final IndexField field, final DirectBuffer source, final int offset, final int length) {
        final int number = field.number();
        final int latest = latestOfField[number];
        if (latest != NONE && textLength(latest) == length && isText(latest, source, offset)) {
            return latest;
        }
        final int term = findOrAddByHash(field, source, offset, length);
        latestOfField[number] = term;
        return term;
    }

    private int findOrAddByHash(
            final IndexField field, final DirectBuffer source, final int offset, final int length) {
        final int hash = hash(field.number(), source, offset, length);
        final int slot = slot(hash, field.number(), source, offset, length);
        final int found = slots[slot] - 1;
        return found >= 0 ? found : add(slot, hash, field.number(), source, offset, length);
    }

    private int add(
            final int slot,
            final int hash,
            final int field,
            final DirectBuffer source,
            final int offset,
            final int length) {
        final int term = count;
        final int record = record(term);
        records.putInt(record + HASH, hash);
        records.putInt(record + TEXT_OFFSET, textBytes);
        records.putShort(record + TEXT_LENGTH, (short) length);
        records.putByte(record + FIELD, (byte) field);
        records.putInt(record + COUNT, 0);
        records.putInt(record + BITMAP, NONE);
        records.putInt(record + NEXT, newestOfField[field]);
        newestOfField[field] = term;
        texts.putBytes(textBytes, source, offset, length);
        textBytes += length;
        count = term + 1;
        slots[slot] = count;
        if (count > slots.length / 2 && slots.length < slotsMax) {
            grow();
        }
        return term;
    }

    private void grow() {
        final int[] more = new int[Math.min(slotsMax, slots.length * SLOTS_STEP)];
        for (int term = 0; term < count; term++) {
            int slot = records.getInt(record(term) + HASH) & (more.length - 1);
            while (more[slot] != 0) {
                slot = (slot + 1) & (more.length - 1);
            }
            more[slot] = term + 1;
        }
        slots = more;
    }

    /** Where a text is, or the empty slot where it belongs. */
    private int slot(
            final int hash,
            final int field,
            final DirectBuffer source,
            final int offset,
            final int length) {
        final int[] table = slots;
        final int mask = table.length - 1;
        int slot = hash & mask;
        while (table[slot] != 0 && !is(table[slot] - 1, hash, field, source, offset, length)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean is(
            final int term,
            final int hash,
            final int field,
            final DirectBuffer source,
            final int offset,
            final int length) {
        final int record = record(term);
        if (records.getInt(record + HASH) != hash
                || textLength(term) != length
                || records.getByte(record + FIELD) != field) {
            return false;
        }
        return isText(term, source, offset);
    }

    /** Whether the bytes of a text, as many as it has, are those of the source. */
    private boolean isText(final int term, final DirectBuffer source, final int offset) {
        final int length = textLength(term);
        final int text = records.getInt(record(term) + TEXT_OFFSET);
        if (length < SIZE_OF_LONG) {
            return head(texts, text, length) == head(source, offset, length);
        }
        final int last = length - SIZE_OF_LONG; // the last eight bytes, some of them again
        for (int i = 0; i < last; i += SIZE_OF_LONG) {
            if (texts.getLong(text + i) != source.getLong(offset + i)) {
                return false;
            }
        }
        return texts.getLong(text + last) == source.getLong(offset + last);
    }

    private int hash(
            final int field, final DirectBuffer source, final int offset, final int length) {
        long hash = seed ^ ((long) field << 32 | length);
        if (length < SIZE_OF_LONG) {
            return (int) mix(hash ^ head(source, offset, length));
        }
        final int last = length - SIZE_OF_LONG; // the last eight bytes, some of them again
        for (int i = 0; i < last; i += SIZE_OF_LONG) {
            hash = mix(hash ^ source.getLong(offset + i));
        }
        return (int) mix(hash ^ source.getLong(offset + last));
    }

    /** Fewer than eight bytes in one number, which is another one for other bytes. */
    private static long head(final DirectBuffer source, final int offset, final int length) {
        if (length >= SIZE_OF_INT) {
            return (long) source.getInt(offset) << Integer.SIZE
                    | (source.getInt(offset + length - SIZE_OF_INT) & 0xFFFF_FFFFL);
        }
        long bytes = 0;
        for (int i = 0; i < length; i++) {
            bytes = bytes << Byte.SIZE | (source.getByte(offset + i) & 0xFF);
        }
        return bytes;
    }

    private static long mix(final long value) {
        final long product = value * MULTIPLIER;
        return product ^ product >>> 32;
    }

    // ---- a text and its record, by its number ----

    int newestOf(final IndexField field) {
        return newestOfField[field.number()];
    }

    /** The text of the same field that was added before, or {@link #NONE}. */
    int next(final int term) {
        return records.getInt(record(term) + NEXT);
    }

    int field(final int term) {
        return records.getByte(record(term) + FIELD);
    }

    int textLength(final int term) {
        return Short.toUnsignedInt(records.getShort(record(term) + TEXT_LENGTH));
    }

    byte[] text(final int term) {
        final byte[] bytes = new byte[textLength(term)];
        texts.getBytes(records.getInt(record(term) + TEXT_OFFSET), bytes);
        return bytes;
    }

    /** Copies a text to the beginning of the target. */
    int text(final int term, final byte[] target) {
        final int length = textLength(term);
        texts.getBytes(records.getInt(record(term) + TEXT_OFFSET), target, 0, length);
        return length;
    }

    boolean startsWith(final int term, final byte[] prefix) {
        if (textLength(term) < prefix.length) {
            return false;
        }
        final int text = records.getInt(record(term) + TEXT_OFFSET);
        for (int i = 0; i < prefix.length; i++) {
            if (texts.getByte(text + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Orders by the bytes of the text, unsigned. */
    int compare(final int term, final byte[] other) {
        final int length = textLength(term);
        final int text = records.getInt(record(term) + TEXT_OFFSET);
        final int common = Math.min(length, other.length);
        for (int i = 0; i < common; i++) {
            final int order = (texts.getByte(text + i) & 0xFF) - (other[i] & 0xFF);
            if (order != 0) {
                return order;
            }
        }
        return length - other.length;
    }

    /** Orders by field, and then by the bytes of the text, unsigned. */
    int compare(final int one, final int other) {
        final int byField = field(one) - field(other);
        if (byField != 0) {
            return byField;
        }
        final int lengthOne = textLength(one);
        final int lengthOther = textLength(other);
        final int textOne = records.getInt(record(one) + TEXT_OFFSET);
        final int textOther = records.getInt(record(other) + TEXT_OFFSET);
        final int common = Math.min(lengthOne, lengthOther);
        for (int i = 0; i < common; i++) {
            final int order =
                    (texts.getByte(textOne + i) & 0xFF) - (texts.getByte(textOther + i) & 0xFF);
            if (order != 0) {
                return order;
            }
        }
        return lengthOne - lengthOther;
    }

    int get(final int term, final int member) {
        return records.getInt(record(term) + member);
    }

    void put(final int term, final int member, final int value) {
        records.putInt(record(term) + member, value);
    }

    int level(final int term) {
        return records.getByte(record(term) + LEVEL);
    }

    void level(final int term, final int level) {
        records.putByte(record(term) + LEVEL, (byte) level);
    }

    private static int record(final int term) {
        return term * LENGTH;
    }
}
