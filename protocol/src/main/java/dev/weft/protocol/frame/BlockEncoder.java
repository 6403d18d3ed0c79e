package dev.weft.protocol.frame;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one block after the other: {@link #begin}, {@link #append} once per event, {@link #end}.
 * What an event lacks to be a frame (its sequence twice, its time, the closing braces) is added
 * here and nowhere else. Allocates nothing. Not thread-safe.
 *
 * <p>The sequence and the time are kept as digits and counted up as digits: from one event to the
 * next mostly one character changes.
 */
public final class BlockEncoder {
    /** What a frame has beyond its body, with the longest sequence. */
    public static final int FRAME_OVERHEAD_MAX = 70;

    private static final byte[] BEFORE_ID = "id: ".getBytes(US_ASCII);
    private static final byte[] BEFORE_SEQUENCE = "\ndata: {\"seq\":".getBytes(US_ASCII);
    private static final byte[] BEFORE_BODY = ",\"event\":{".getBytes(US_ASCII);
    private static final int SUFFIX = '}' | '}' << 8 | '\n' << 16 | '\n' << 24;
    private static final int SUFFIX_LENGTH = Integer.BYTES;

    private final UnsafeBuffer prefix = new UnsafeBuffer(new byte[FRAME_OVERHEAD_MAX]);
    private final UnsafeBuffer time = new UnsafeBuffer(new byte[RecordDescriptor.TIMESTAMP_DIGITS]);
    private final CRC32C crc = new CRC32C();

    private MutableDirectBuffer buffer = prefix; // replaced by begin
    private int offset;
    private int recordOffset;
    private int frameOffset;
    private int prefixLength;
    private int digits;
    private long sequence;
    private long timestamp;

    private @Nullable ByteBuffer crcSource;
    private @Nullable ByteBuffer crcView;

    /**
     * Longest that a block can become.
     *
     * @param count events.
     * @param preparedLength bytes of their prepared records, descriptors included.
     */
    public static int lengthBound(final int count, final int preparedLength) {
        return BlockDescriptor.HEADER_LENGTH + preparedLength + count * FRAME_OVERHEAD_MAX;
    }

    /**
     * Starts a block.
     *
     * @param count events that will be appended, exactly.
     * @param firstSequence of the first; each further one is one more.
     * @param firstTimestamp microseconds since the epoch, 16 digits; each further one is one more.
     */
    public void begin(
            final MutableDirectBuffer target,
            final int targetOffset,
            final int count,
            final long firstSequence,
            final long firstTimestamp) {
        if (firstSequence < 1
                || firstTimestamp < 1_000_000_000_000_000L
                || firstTimestamp > 9_999_999_999_990_000L) {
            throw new IllegalArgumentException(
                    "out of range: sequence=" + firstSequence + " timestamp=" + firstTimestamp);
        }
        buffer = target;
        offset = targetOffset;
        recordOffset = targetOffset + BlockDescriptor.HEADER_LENGTH;
        frameOffset = recordOffset + count * RecordDescriptor.LENGTH;
        sequence = firstSequence;
        timestamp = firstTimestamp;
        writePrefix();
        time.putNaturalLongAscii(0, firstTimestamp);
        target.putInt(
                targetOffset + BlockDescriptor.MAGIC_OFFSET, BlockDescriptor.MAGIC, LITTLE_ENDIAN);
        target.putShort(
                targetOffset + BlockDescriptor.VERSION_OFFSET,
                BlockDescriptor.VERSION,
                LITTLE_ENDIAN);
        target.putShort(targetOffset + BlockDescriptor.FLAGS_OFFSET, (short) 0, LITTLE_ENDIAN);
        target.putLong(
                targetOffset + BlockDescriptor.FIRST_SEQUENCE_OFFSET, firstSequence, LITTLE_ENDIAN);
        target.putInt(targetOffset + BlockDescriptor.COUNT_OFFSET, count, LITTLE_ENDIAN);
        target.putInt(
                targetOffset + BlockDescriptor.FRAMES_OFFSET_OFFSET,
                frameOffset - targetOffset,
                LITTLE_ENDIAN);
    }

    /** Adds the prepared record that lies from {@code start} to {@code end}. */
    public void append(final DirectBuffer prepared, final int start, final int end) {
        final MutableDirectBuffer target = buffer;
        final int frame = frameOffset;
        final int body = frame + prefixLength;
        final int bodyStart = start + RecordDescriptor.LENGTH;
        final int bodyLength = end - bodyStart;
        target.putBytes(frame, prefix, 0, prefixLength);
        target.putBytes(body, prepared, bodyStart, bodyLength);
        target.putInt(body + bodyLength, SUFFIX, LITTLE_ENDIAN);
        final int frameLength = prefixLength + bodyLength + SUFFIX_LENGTH;

        final int record = recordOffset;
        for (int i = 0; i < RecordDescriptor.LENGTH; i += Long.BYTES) {
            target.putLong(record + i, prepared.getLong(start + i));
        }
        target.putInt(record + RecordDescriptor.FRAME_OFFSET_OFFSET, frame - offset, LITTLE_ENDIAN);
        target.putInt(record + RecordDescriptor.FRAME_LENGTH_OFFSET, frameLength, LITTLE_ENDIAN);
        target.putLong(record + RecordDescriptor.TIMESTAMP_OFFSET, timestamp, LITTLE_ENDIAN);
        target.putShort(
                record + RecordDescriptor.BODY_OFFSET_OFFSET, (short) prefixLength, LITTLE_ENDIAN);
        final int id = record + RecordDescriptor.ID_OFFSET;
        final int digitsAt =
                body
                        + Short.toUnsignedInt(target.getShort(id, LITTLE_ENDIAN))
                        + Short.toUnsignedInt(
                                target.getShort(
                                        id + RecordDescriptor.FIELD_LENGTH_OFFSET, LITTLE_ENDIAN))
                        + RecordDescriptor.TIMESTAMP_AFTER_ID;
        target.putLong(digitsAt, time.getLong(0));
        target.putLong(digitsAt + Long.BYTES, time.getLong(Long.BYTES));

        recordOffset = record + RecordDescriptor.LENGTH;
        frameOffset = frame + frameLength;
        timestamp++;
        countUp(time, 0, RecordDescriptor.TIMESTAMP_DIGITS);
        sequence++;
        final int secondEnd = prefixLength - BEFORE_BODY.length;
        if (!countUp(prefix, BEFORE_ID.length, BEFORE_ID.length + digits)
                || !countUp(prefix, secondEnd - digits, secondEnd)) {
            writePrefix(); // one digit more
        }
    }

    /**
     * Ends the block: length and checksum.
     *
     * @return its length.
     */
    public int end() {
        final int length = frameOffset - offset;
        buffer.putInt(offset + BlockDescriptor.LENGTH_OFFSET, length, LITTLE_ENDIAN);
        buffer.putInt(offset + BlockDescriptor.CRC_OFFSET, checksum(length), LITTLE_ENDIAN);
        return length;
    }

    private int checksum(final int length) {
        final int from = buffer.wrapAdjustment() + offset + BlockDescriptor.CRC_FROM_OFFSET;
        final int covered = length - BlockDescriptor.CRC_FROM_OFFSET;
        crc.reset();
        final byte[] array = buffer.byteArray();
        if (array != null) {
            crc.update(array, from, covered);
        } else {
            final ByteBuffer view = crcView(buffer.byteBuffer());
            view.limit(from + covered).position(from);
            crc.update(view);
        }
        return (int) crc.getValue();
    }

    @SuppressWarnings(
            "ReferenceEquality") // equal content would not do: the view must be on this memory
    private ByteBuffer crcView(final ByteBuffer source) {
        if (crcView == null || crcSource != source) {
            crcSource = source;
            crcView = source.duplicate();
        }
        return crcView.clear();
    }

    private void writePrefix() {
        int at = 0;
        prefix.putBytes(at, BEFORE_ID);
        at += BEFORE_ID.length;
        digits = prefix.putNaturalLongAscii(at, sequence);
        at += digits;
        prefix.putBytes(at, BEFORE_SEQUENCE);
        at += BEFORE_SEQUENCE.length;
        at += prefix.putNaturalLongAscii(at, sequence);
        prefix.putBytes(at, BEFORE_BODY);
        prefixLength = at + BEFORE_BODY.length;
    }

    /** Adds one to the decimal number in [start, end); false if that takes one digit more. */
    private static boolean countUp(final UnsafeBuffer text, final int start, final int end) {
        for (int i = end - 1; i >= start; i--) {
            final byte digit = text.getByte(i);
            if (digit != '9') {
                text.putByte(i, (byte) (digit + 1));
                return true;
            }
            text.putByte(i, (byte) '0');
        }
        return false;
    }
}
