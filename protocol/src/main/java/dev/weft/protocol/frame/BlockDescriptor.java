package dev.weft.protocol.frame;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

/**
 * Layout of one block: the unit that is appended to the journal, checked, and read back. Offsets in
 * bytes, integers little-endian. Source: docs/PROTOCOL.md, "Block".
 *
 * <pre>
 *  0       4        8         10      12       16              24      28             32
 *  | magic | crc32c | version | flags | length | firstSequence | count | framesOffset | count x record descriptor | frames |
 * </pre>
 *
 * {@code length} counts the whole block with this header. {@code crc32c} covers [8, length). The
 * sequences of a block are dense: record {@code i} has {@code firstSequence + i}. The frames lie
 * back to back from {@code framesOffset} to {@code length}, so the plain SSE stream of a block is
 * one slice.
 */
public final class BlockDescriptor {
    public static final int MAGIC_OFFSET = 0;
    public static final int CRC_OFFSET = MAGIC_OFFSET + SIZE_OF_INT;
    public static final int VERSION_OFFSET = CRC_OFFSET + SIZE_OF_INT;
    public static final int FLAGS_OFFSET = VERSION_OFFSET + SIZE_OF_SHORT;
    public static final int LENGTH_OFFSET = FLAGS_OFFSET + SIZE_OF_SHORT;
    public static final int FIRST_SEQUENCE_OFFSET = LENGTH_OFFSET + SIZE_OF_INT;
    public static final int COUNT_OFFSET = FIRST_SEQUENCE_OFFSET + SIZE_OF_LONG;
    public static final int FRAMES_OFFSET_OFFSET = COUNT_OFFSET + SIZE_OF_INT;
    public static final int HEADER_LENGTH = FRAMES_OFFSET_OFFSET + SIZE_OF_INT;

    /** The bytes 'W' 'E' 'F' 'T' in file order. */
    public static final int MAGIC = 'W' | 'E' << 8 | 'F' << 16 | 'T' << 24;

    public static final short VERSION = 1;

    /** First byte that the checksum covers. */
    public static final int CRC_FROM_OFFSET = VERSION_OFFSET;

    /** Longest block. Holds the longest array and bounds what one read may touch. */
    public static final int BLOCK_LENGTH_MAX = 6 * 1024 * 1024;

    /**
     * Most records in one block; with short events this bounds the time that one block takes to
     * encode.
     */
    public static final int BLOCK_RECORDS_MAX = 4_096;

    private BlockDescriptor() {}
}
