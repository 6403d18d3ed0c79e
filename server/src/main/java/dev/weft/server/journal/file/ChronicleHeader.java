package dev.weft.server.journal.file;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what Chronicle says about itself in the first record of a roll file, which has no checksum.
 * Names and constants are compared with what this version of the library writes, because a flipped
 * bit there can make it write in another format without an error.
 */
public final class ChronicleHeader {
    static final long UNREADABLE = -1;
    private static final int SEARCHED_LENGTH = 512;

    /** Field names in their order. */
    private static final byte[][] NAMES = {
        ascii("header"),
        ascii("SCQStore"),
        ascii("writePosition"),
        ascii("indexing"),
        ascii("SCQSIndexing"),
        ascii("indexCount"),
        ascii("indexSpacing"),
        ascii("index2Index"),
        ascii("lastIndex"),
        ascii("dataFormat"),
    };

    private static final int WRITE_POSITION = 2;
    private static final int INDEX_COUNT = 5;
    private static final int INDEX_SPACING = 6;
    private static final int DATA_FORMAT = 9;

    // Type codes of Chronicle's binary wire, and the values of FAST_HOURLY.
    private static final int I64_ARRAY = 0x8D;
    private static final int UINT16 = 0xA5;
    private static final int UINT8 = 0xA1;
    private static final int INDEX_COUNT_VALUE = 4_096;
    private static final int INDEX_SPACING_VALUE = 256;
    private static final int DATA_FORMAT_VALUE = 1;

    private ChronicleHeader() {}

    /**
     * Position of the last data record's header word, as Chronicle has it.
     *
     * @return 0 if there is none yet, {@link #UNREADABLE} if the header is damaged.
     */
    public static long writePosition(final FileBytes bytes) {
        if (!bytes.load(0, SEARCHED_LENGTH)) {
            return UNREADABLE;
        }
        final UnsafeBuffer memory = bytes.memory();
        final int start = bytes.index(0);
        final int word = memory.getInt(start, LITTLE_ENDIAN);
        if (!RecordHeader.isReadyMetadata(word)
                || RecordHeader.length(word) > SEARCHED_LENGTH - RecordHeader.LENGTH) {
            return UNREADABLE;
        }
        final int end = start + RecordHeader.LENGTH + RecordHeader.length(word);
        long found = UNREADABLE;
        int at = start + RecordHeader.LENGTH;
        for (int i = 0; i < NAMES.length; i++) {
            at = after(memory, at, end, NAMES[i]);
            if (at < 0 || !isConstantRight(memory, at, i)) {
                return UNREADABLE;
            }
            if (i == WRITE_POSITION) {
                found = value(memory, at);
            }
        }
        return found;
    }

    private static boolean isConstantRight(
            final UnsafeBuffer memory, final int at, final int name) {
        return switch (name) {
            case INDEX_COUNT -> isShort(memory, at, INDEX_COUNT_VALUE);
            case INDEX_SPACING -> isShort(memory, at, INDEX_SPACING_VALUE);
            case DATA_FORMAT ->
                    (memory.getByte(at) & 0xFF) == UINT8
                            && memory.getByte(at + 1) == DATA_FORMAT_VALUE;
            default -> true;
        };
    }

    private static boolean isShort(final UnsafeBuffer memory, final int at, final int value) {
        return (memory.getByte(at) & 0xFF) == UINT16
                && memory.getShort(at + 1, LITTLE_ENDIAN) == value;
    }

    private static long value(final UnsafeBuffer memory, final int after) {
        for (int i = after; i < after + 16; i++) { // padding aligns the value
            if ((memory.getByte(i) & 0xFF) == I64_ARRAY) {
                final long value = memory.getLong(i + 1 + 2 * Long.BYTES, LITTLE_ENDIAN);
                return value < 0 ? UNREADABLE : value;
            }
        }
        return UNREADABLE;
    }

    /** First byte behind a name, or -1. */
    private static int after(
            final UnsafeBuffer memory, final int from, final int end, final byte[] name) {
        for (int i = from; i <= end - name.length; i++) {
            if (matches(memory, i, name)) {
                return i + name.length;
            }
        }
        return -1;
    }

    private static boolean matches(final UnsafeBuffer memory, final int index, final byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (memory.getByte(index + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(final String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
