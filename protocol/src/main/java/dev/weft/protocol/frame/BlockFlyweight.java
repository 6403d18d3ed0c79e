package dev.weft.protocol.frame;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reusable view over one block, see {@link BlockDescriptor} and {@link RecordDescriptor}. Holds no
 * copy: it is valid as long as the memory it wraps. Not thread-safe; each reader has its own.
 */
public final class BlockFlyweight {
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /** Wraps a whole block that has been checked. */
    public BlockFlyweight wrap(final DirectBuffer source, final int offset, final int length) {
        buffer.wrap(source, offset, length);
        return this;
    }

    /** The bytes of the block, from its header on. */
    public DirectBuffer buffer() {
        return buffer;
    }

    public int length() {
        return buffer.getInt(BlockDescriptor.LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    public long firstSequence() {
        return buffer.getLong(BlockDescriptor.FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
    }

    public int count() {
        return buffer.getInt(BlockDescriptor.COUNT_OFFSET, LITTLE_ENDIAN);
    }

    public long lastSequence() {
        return firstSequence() + count() - 1;
    }

    /** First byte of the first frame, from the block's start. */
    public int framesOffset() {
        return buffer.getInt(BlockDescriptor.FRAMES_OFFSET_OFFSET, LITTLE_ENDIAN);
    }

    public int frameOffset(final int index) {
        return buffer.getInt(record(index) + RecordDescriptor.FRAME_OFFSET_OFFSET, LITTLE_ENDIAN);
    }

    public int frameLength(final int index) {
        return buffer.getInt(record(index) + RecordDescriptor.FRAME_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** Microseconds since the epoch. */
    public long timestamp(final int index) {
        return buffer.getLong(record(index) + RecordDescriptor.TIMESTAMP_OFFSET, LITTLE_ENDIAN);
    }

    public int flags(final int index) {
        return Short.toUnsignedInt(
                buffer.getShort(record(index) + RecordDescriptor.FLAGS_OFFSET, LITTLE_ENDIAN));
    }

    /** First byte of the body, from the block's start. */
    public int bodyOffset(final int index) {
        return frameOffset(index)
                + Short.toUnsignedInt(
                        buffer.getShort(
                                record(index) + RecordDescriptor.BODY_OFFSET_OFFSET,
                                LITTLE_ENDIAN));
    }

    /**
     * First byte of the {@code data} value, from the block's start; meaningless when {@link
     * #dataLength} is 0.
     */
    public int dataOffset(final int index) {
        return bodyOffset(index)
                + buffer.getInt(record(index) + RecordDescriptor.DATA_OFFSET_OFFSET, LITTLE_ENDIAN);
    }

    public int dataLength(final int index) {
        return buffer.getInt(record(index) + RecordDescriptor.DATA_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * First byte of a field's text, from the block's start.
     *
     * @param field one of {@link RecordDescriptor}'s field offsets, such as {@link
     *     RecordDescriptor#TYPE_OFFSET}.
     */
    public int fieldOffset(final int index, final int field) {
        return bodyOffset(index)
                + Short.toUnsignedInt(buffer.getShort(record(index) + field, LITTLE_ENDIAN));
    }

    /** Length of a field's text, 0 when the event has no such member. */
    public int fieldLength(final int index, final int field) {
        return Short.toUnsignedInt(
                buffer.getShort(
                        record(index) + field + RecordDescriptor.FIELD_LENGTH_OFFSET,
                        LITTLE_ENDIAN));
    }

    private static int record(final int index) {
        return BlockDescriptor.HEADER_LENGTH + index * RecordDescriptor.LENGTH;
    }
}
