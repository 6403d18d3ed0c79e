package dev.weft.server.journal.file;

import static dev.weft.protocol.frame.BlockDescriptor.COUNT_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.FIRST_SEQUENCE_OFFSET;
import static dev.weft.protocol.frame.BlockDescriptor.HEADER_LENGTH;
import static dev.weft.protocol.frame.BlockDescriptor.MAGIC;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Goes from block to block through one roll file, over Chronicle's metadata records. A block counts
 * by its own magic, bounds and checksum, so that damage to a header word alone loses nothing. Where
 * the chain of records is broken, {@link #search} finds the next block. One per thread.
 */
public final class BlockWalk {
    /** {@link #next}: a valid block; see {@link #blockPosition}. */
    public static final int BLOCK = 1;

    /** {@link #next}: nothing written at {@link #position()}. */
    static final int UNWRITTEN = 2;

    /** {@link #next}: Chronicle's mark that the file is finished. */
    public static final int END_OF_FILE = 3;

    /** {@link #next}: the bytes end before a header word could be read. */
    static final int OUT_OF_BYTES = 4;

    /** {@link #next}: a record that is neither a valid block nor metadata. */
    static final int DAMAGED = 5;

    /** Metadata records between two blocks; one per start of the server and per index page. */
    private static final int METADATA_RECORDS_MAX = 1_000_000;

    private final FileBytes bytes;
    private final BlockCheck check = new BlockCheck();

    /** Whether a block without its header word counts: yes for readers, no for recovery. */
    private final boolean uncommittedCounts;

    private long position;
    private long blockPosition;
    private int blockLength;

    public BlockWalk(final FileBytes bytes, final boolean uncommittedCounts) {
        this.bytes = bytes;
        this.uncommittedCounts = uncommittedCounts;
    }

    /** Where the header word of the next record is expected. */
    public long position() {
        return position;
    }

    public void position(final long headerPosition) {
        position = headerPosition;
    }

    /** First byte of the block that {@link #next} found. */
    public long blockPosition() {
        return blockPosition;
    }

    public int blockLength() {
        return blockLength;
    }

    public long firstSequence() {
        return bytes.memory()
                .getLong(bytes.index(blockPosition) + FIRST_SEQUENCE_OFFSET, LITTLE_ENDIAN);
    }

    public long lastSequence() {
        return firstSequence()
                + bytes.memory().getInt(bytes.index(blockPosition) + COUNT_OFFSET, LITTLE_ENDIAN)
                - 1;
    }

    /** Microseconds since the epoch, of the block's first record. */
    public long firstTimestamp() {
        return timestamp(0);
    }

    long lastTimestamp() {
        return timestamp((int) (lastSequence() - firstSequence()));
    }

    /** Steps to the next block. After anything but {@link #BLOCK} the position stays. */
    public int next() {
        for (int i = 0; i < METADATA_RECORDS_MAX; i++) {
            if (!bytes.load(position, RecordHeader.LENGTH)) {
                return OUT_OF_BYTES;
            }
            final int header = bytes.memory().getInt(bytes.index(position), LITTLE_ENDIAN);
            if (header == RecordHeader.NONE && !uncommittedCounts) {
                return UNWRITTEN;
            }
            if (isBlock(position + RecordHeader.LENGTH)) {
                return BLOCK;
            }
            if (header == RecordHeader.NONE) {
                return UNWRITTEN;
            }
            if (header == RecordHeader.END_OF_FILE) {
                return END_OF_FILE;
            }
            if (!RecordHeader.isReadyMetadata(header)) {
                return DAMAGED;
            }
            final long next = RecordHeader.next(position, RecordHeader.length(header));
            if (!bytes.load(next, RecordHeader.LENGTH)) {
                return DAMAGED;
            }
            position = next;
        }
        return DAMAGED;
    }

    /**
     * Looks for the first valid block at or after a position by its magic, and steps to it.
     *
     * @param from where to begin; a multiple of four.
     * @param firstMin blocks that end before this sequence are passed over.
     * @param lastMax blocks that end after this sequence are passed over: not visible yet.
     * @return whether one was found; the position is then behind it, else unchanged.
     */
    public boolean search(final long from, final long firstMin, final long lastMax) {
        long at = from;
        while (bytes.load(at, HEADER_LENGTH)) {
            final int available = bytes.available(at) & ~3;
            final UnsafeBuffer memory = bytes.memory();
            final int start = bytes.index(at);
            int offset = 0;
            while (offset < available && memory.getInt(start + offset, LITTLE_ENDIAN) != MAGIC) {
                offset += Integer.BYTES;
            }
            at += offset;
            if (offset < available) { // the window holds the magic; the check may move the window
                final long before = position;
                if (isBlock(at)) {
                    if (lastSequence() >= firstMin && lastSequence() <= lastMax) {
                        return true;
                    }
                    at = position;
                    position = before;
                } else {
                    at += Integer.BYTES;
                }
            }
        }
        return false;
    }

    /** Steps to the valid block of a record, if there is one. */
    boolean begins(final long headerPosition) {
        return isBlock(headerPosition + RecordHeader.LENGTH);
    }

    /** The same for a block that was found valid before: only that it can be read is checked. */
    boolean again(final long headerPosition) {
        final long at = headerPosition + RecordHeader.LENGTH;
        return stepTo(at, check.lengthAgain(bytes, at));
    }

    private boolean isBlock(final long at) {
        return stepTo(at, check.validLength(bytes, at));
    }

    private boolean stepTo(final long at, final int length) {
        if (length == BlockCheck.INVALID) {
            return false;
        }
        blockPosition = at;
        blockLength = length;
        position = RecordHeader.align(at + length);
        return true;
    }

    private long timestamp(final int record) {
        return bytes.memory()
                .getLong(
                        bytes.index(blockPosition)
                                + HEADER_LENGTH
                                + record * RecordDescriptor.LENGTH
                                + RecordDescriptor.TIMESTAMP_OFFSET,
                        LITTLE_ENDIAN);
    }
}
