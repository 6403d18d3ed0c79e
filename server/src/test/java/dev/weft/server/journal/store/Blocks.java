package dev.weft.server.journal.store;

import static dev.weft.protocol.frame.BlockDescriptor.COUNT_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.CRC_FROM_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.CRC_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FLAGS_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FRAMES_OFFSET_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.frame.BlockDescriptor.LENGTH_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.MAGIC;
import static dev.weft.protocol.frame.BlockDescriptor.MAGIC_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.VERSION;
import static dev.weft.protocol.frame.BlockDescriptor.VERSION_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes blocks whose every byte follows from their sequences, so that a reader can tell a right
 * byte from a wrong one without having seen the block.
 */
public final class Blocks {
    private static final int CAPACITY = 8 * 1024 * 1024;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(CAPACITY);
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();

    UnsafeBuffer buffer() {
        return buffer;
    }

    /**
     * Encodes a block at the start of {@link #buffer}.
     *
     * @param frameLengthMin each frame is at least so long.
     * @return its length.
     */
    int encode(
            final long firstSequence,
            final int count,
            final long timestampUs,
            final int frameLengthMin) {
        final int framesOffset = HEADER_LENGTH + count * RecordDescriptor.LENGTH;
        int position = framesOffset;
        buffer.setMemory(0, framesOffset, (byte) 0);
        for (int i = 0; i < count; i++) {
            final byte[] frame = frame(firstSequence + i, frameLengthMin);
            final int record = HEADER_LENGTH + i * RecordDescriptor.LENGTH;
            buffer.putInt(record + RecordDescriptor.FRAME_OFFSET_OFFSET, position, LITTLE_ENDIAN);
            buffer.putInt(
                    record + RecordDescriptor.FRAME_LENGTH_OFFSET, frame.length, LITTLE_ENDIAN);
            buffer.putLong(
                    record + RecordDescriptor.TIMESTAMP_OFFSET, timestampUs + i, LITTLE_ENDIAN);
            buffer.putBytes(position, frame);
            position += frame.length;
        }
        buffer.putInt(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        buffer.putShort(VERSION_OFFSET, VERSION, LITTLE_ENDIAN);
        buffer.putShort(FLAGS_OFFSET, (short) 0, LITTLE_ENDIAN);
        buffer.putInt(LENGTH_OFFSET, position, LITTLE_ENDIAN);
        buffer.putLong(FIRST_SEQUENCE_OFFSET, firstSequence, LITTLE_ENDIAN);
        buffer.putInt(COUNT_OFFSET, count, LITTLE_ENDIAN);
        buffer.putInt(FRAMES_OFFSET_OFFSET, framesOffset, LITTLE_ENDIAN);
        seal(position);
        return position;
    }

    /** Sets the checksum of the block at the start of {@link #buffer}. */
    void seal(final int length) {
        crc.reset();
        crc.update(bytes.limit(length).position(CRC_FROM_OFFSET));
        bytes.clear();
        buffer.putInt(CRC_OFFSET, (int) crc.getValue(), LITTLE_ENDIAN);
    }

    /** The frame of a sequence: its number, then letters that follow from it. */
    static byte[] frame(final long sequence, final int lengthMin) {
        final String start = "id: " + sequence + "\ndata: ";
        final int letters = Math.max(1, lengthMin - start.length() - 2);
        final StringBuilder text = new StringBuilder(start);
        final SplittableRandom random = new SplittableRandom(sequence);
        for (int i = 0; i < letters; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        return text.append("\n\n").toString().getBytes(UTF_8);
    }

    /** Whether a record of a block that was read is just what {@link #encode} made of it. */
    static boolean isRight(final BlockFlyweight view, final int index) {
        final byte[] read = new byte[view.frameLength(index)];
        view.buffer().getBytes(view.frameOffset(index), read);
        return java.util.Arrays.equals(frame(view.firstSequence() + index, read.length), read);
    }
}
