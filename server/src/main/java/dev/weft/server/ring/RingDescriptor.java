package dev.weft.server.ring;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Layout of one entry of the ring: offsets in bytes, native order, never on disk.
 *
 * <pre>
 *  0        4      8               16             24         32
 *  | length | kind | firstSequence | lastSequence | reserved | block ... |
 * </pre>
 *
 * {@code length} is that of the block without this header. Entries start at multiples of {@link
 * #ALIGNMENT}, so the rest at the ring's end always has room for the header of a padding entry.
 */
final class RingDescriptor {
    static final int LENGTH_OFFSET = 0;
    static final int KIND_OFFSET = LENGTH_OFFSET + SIZE_OF_INT;
    static final int FIRST_SEQUENCE_OFFSET = KIND_OFFSET + SIZE_OF_INT;
    static final int LAST_SEQUENCE_OFFSET = FIRST_SEQUENCE_OFFSET + SIZE_OF_LONG;
    static final int RESERVED_OFFSET = LAST_SEQUENCE_OFFSET + SIZE_OF_LONG;
    static final int HEADER_LENGTH = RESERVED_OFFSET + SIZE_OF_LONG;
    static final int ALIGNMENT = HEADER_LENGTH;

    static final int KIND_BLOCK = 0;
    static final int KIND_PADDING = 1;

    private RingDescriptor() {}
}
