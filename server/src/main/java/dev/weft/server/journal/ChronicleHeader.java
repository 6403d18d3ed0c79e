package dev.weft.server.journal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads what Chronicle says about itself in the first record of a roll file. */
final class ChronicleHeader {
    static final long UNREADABLE = -1;
    private static final byte[] NAME = "writePosition".getBytes(StandardCharsets.US_ASCII);
    private static final int SEARCHED_LENGTH = 512;

    /** Between the name and the value: type code, then array length and used count. */
    private static final int I64_ARRAY = 0x8D;

    private ChronicleHeader() {}

    /**
     * Position of the last data record's header word, as Chronicle has it.
     *
     * @return 0 if there is none yet, {@link #UNREADABLE} if the header is damaged.
     */
    static long writePosition(final FileBytes bytes) {
        if (!bytes.load(0, SEARCHED_LENGTH)) {
            return UNREADABLE;
        }
        final UnsafeBuffer memory = bytes.memory();
        final int start = bytes.index(0);
        if (!RecordHeader.isReadyMetadata(memory.getInt(start, LITTLE_ENDIAN))) {
            return UNREADABLE;
        }
        for (int i = RecordHeader.LENGTH; i < SEARCHED_LENGTH - NAME.length - 32; i++) {
            if (matches(memory, start + i)) {
                return value(memory, start + i + NAME.length);
            }
        }
        return UNREADABLE;
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

    private static boolean matches(final UnsafeBuffer memory, final int index) {
        for (int i = 0; i < NAME.length; i++) {
            if (memory.getByte(index + i) != NAME[i]) {
                return false;
            }
        }
        return true;
    }
}
