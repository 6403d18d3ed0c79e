package dev.weft.server.journal.file;

import static dev.weft.protocol.frame.BlockDescriptor.BLOCK_LENGTH_MAX;
import static dev.weft.protocol.frame.BlockDescriptor.COUNT_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.CRC_FROM_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.CRC_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.frame.BlockDescriptor.LENGTH_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.MAGIC;
import static dev.weft.protocol.frame.BlockDescriptor.VERSION;
import static dev.weft.protocol.frame.BlockDescriptor.VERSION_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.protocol.frame.RecordDescriptor;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Says whether a whole, undamaged block begins at a place in a file. One per thread. */
final class BlockCheck {
    static final int INVALID = 0;
    private final CRC32C crc = new CRC32C();

    /**
     * Checks magic, version, length, count and checksum.
     *
     * @param position of the block's first byte in the file.
     * @return length of the block, or {@link #INVALID}.
     */
    int validLength(final FileBytes bytes, final long position) {
        final int length = lengthAgain(bytes, position);
        if (length == INVALID) {
            return INVALID;
        }
        final int index = bytes.index(position);
        final ByteBuffer buffer = bytes.buffer();
        buffer.limit(index + length).position(index + CRC_FROM_OFFSET);
        crc.reset();
        crc.update(buffer);
        return (int) crc.getValue() == bytes.memory().getInt(index + CRC_OFFSET, LITTLE_ENDIAN)
                ? length
                : INVALID;
    }

    /** The same without the checksum, for a block whose checksum was right before. */
    int lengthAgain(final FileBytes bytes, final long position) {
        if (!bytes.load(position, HEADER_LENGTH)) {
            return INVALID;
        }
        final UnsafeBuffer memory = bytes.memory();
        final int index = bytes.index(position);
        if (memory.getInt(index, LITTLE_ENDIAN) != MAGIC
                || memory.getShort(index + VERSION_OFFSET, LITTLE_ENDIAN) != VERSION) {
            return INVALID;
        }
        final int length = memory.getInt(index + LENGTH_OFFSET, LITTLE_ENDIAN);
        final int count = memory.getInt(index + COUNT_OFFSET, LITTLE_ENDIAN);
        return length < HEADER_LENGTH + RecordDescriptor.LENGTH
                        || length > BLOCK_LENGTH_MAX
                        || count < 1
                        || count > (length - HEADER_LENGTH) / RecordDescriptor.LENGTH
                        || memory.getLong(index + FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN) < 1
                        || !bytes.load(position, length)
                ? INVALID
                : length;
    }
}
