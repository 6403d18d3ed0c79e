package dev.weft.server.index.segment;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.server.index.IndexField;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Goes through the texts of one field in a segment's file, in their order. Confined to a thread.
 */
final class TermCursor {
    private final UnsafeBuffer terms;
    private final UnsafeBuffer blocks;
    private final int[] firstBlocks;
    private final int[] termCounts;
    private byte[] text = new byte[256];
    private int textLength;
    private int position;
    private int fieldStart; // first block of the field
    private int nextTerm; // of the field, that next() goes to
    private int termCount;
    private int count;
    private int first;
    private int last;
    private int listOffset;
    private int listLength;
    private boolean isBitmap;

    TermCursor(
            final UnsafeBuffer terms,
            final UnsafeBuffer blocks,
            final int[] firstBlocks,
            final int[] termCounts) {
        this.terms = terms;
        this.blocks = blocks;
        this.firstBlocks = firstBlocks;
        this.termCounts = termCounts;
    }

    /** Goes to the first text of a field that is not below the wanted one; false if all are. */
    boolean seek(final IndexField field, final byte[] wanted) {
        fieldStart = firstBlocks[field.number()];
        termCount = termCounts[field.number()];
        int low = 0;
        int high =
                (termCount + SegmentDescriptor.BLOCK_TERMS - 1) / SegmentDescriptor.BLOCK_TERMS - 1;
        while (low < high) { // the last block whose first text is not above it
            final int middle = (low + high + 1) >>> 1;
            begin(middle);
            next();
            if (compare(wanted) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        begin(low);
        while (next()) {
            if (compare(wanted) >= 0) {
                return true;
            }
        }
        return false;
    }

    private void begin(final int block) {
        nextTerm = block * SegmentDescriptor.BLOCK_TERMS;
        listOffset = 0;
        listLength = 0;
    }

    /** Goes to the next text of the field; false if there is none. */
    boolean next() {
        if (nextTerm >= termCount) {
            return false;
        }
        listOffset += listLength;
        if (nextTerm % SegmentDescriptor.BLOCK_TERMS == 0) {
            final int block = fieldStart + nextTerm / SegmentDescriptor.BLOCK_TERMS;
            position = blocks.getInt(block * Integer.BYTES, LITTLE_ENDIAN);
            listOffset = number();
        }
        nextTerm++;
        final int shared = number();
        final int rest = number();
        textLength = shared + rest;
        if (text.length < textLength) {
            text = Arrays.copyOf(text, 2 * textLength);
        }
        terms.getBytes(position, text, shared, rest);
        position += rest;
        count = number();
        first = number();
        if (count > 1) {
            last = first + number();
            final int listAndKind = number();
            listLength = listAndKind >>> 1;
            isBitmap = (listAndKind & 1) != 0;
        } else {
            last = first;
            listLength = 0;
            isBitmap = false;
        }
        return true;
    }

    private int number() {
        int value = 0;
        int shift = 0;
        byte part;
        do {
            part = terms.getByte(position++);
            value |= (part & 0x7F) << shift;
            shift += 7;
        } while (part < 0);
        return value;
    }

    private int compare(final byte[] other) {
        return Arrays.compareUnsigned(text, 0, textLength, other, 0, other.length);
    }

    boolean is(final byte[] other) {
        return compare(other) == 0;
    }

    boolean startsWith(final byte[] prefix) {
        return textLength >= prefix.length
                && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }

    byte[] text() {
        return Arrays.copyOf(text, textLength);
    }

    int count() {
        return count;
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    int listOffset() {
        return listOffset;
    }

    int listLength() {
        return listLength;
    }

    boolean isBitmap() {
        return isBitmap;
    }
}
