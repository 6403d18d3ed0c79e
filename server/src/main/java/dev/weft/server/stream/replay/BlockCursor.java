package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.JournalMemory;
import dev.weft.server.journal.JournalReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal reader that remembers where it stands: reading on where somebody stopped costs no new
 * search and no second check of the block. Confined to the thread of its reader.
 */
public final class BlockCursor {
    /** As {@link JournalReader#END}. */
    public static final int END = JournalReader.END;

    /** {@link #block} holds the sequence. */
    public static final int BLOCK = JournalReader.BLOCK;

    /** As {@link JournalReader#GAP}; see {@link #gapTo}. */
    public static final int GAP = JournalReader.GAP;

    private static final Logger LOG = LoggerFactory.getLogger(BlockCursor.class);

    private final JournalReader reader;
    private final BlockFlyweight block = new BlockFlyweight();
    private long first; // of the block in view; first > last when there is none
    private long last = -1;
    private long nextSequence = -1; // that the reader goes on with, -1 when that is unknown
    private long gapTo;

    public BlockCursor(final JournalReader reader) {
        this.reader = reader;
    }

    /**
     * Goes to the block that holds a sequence.
     *
     * @return {@link #END}, {@link #BLOCK} or {@link #GAP}: from the sequence to {@link #gapTo}
     *     nothing can be read.
     */
    public int at(final long sequence) {
        if (sequence >= first && sequence <= last) {
            return BLOCK;
        }
        last = first - 1;
        if (sequence != nextSequence) {
            reader.seek(sequence);
        }
        nextSequence = -1;
        while (true) { // a seek may land a little before
            switch (reader.next(block)) {
                case JournalReader.BLOCK -> {
                    first = block.firstSequence();
                    last = block.lastSequence();
                    if (sequence
                            < first) { // what the reader promises not to do; tell it rather than
                        // skip
                        gapTo = first - 1;
                        nextSequence = -1;
                        last = first - 1;
                        return GAP;
                    }
                    if (sequence <= last) {
                        nextSequence = last + 1;
                        return BLOCK;
                    }
                }
                case JournalReader.GAP -> {
                    if (reader.gapTo() >= sequence) {
                        gapTo = reader.gapTo();
                        nextSequence = gapTo + 1;
                        return GAP;
                    }
                }
                default -> {
                    return END;
                }
            }
        }
    }

    /** The block that {@link #at} went to; valid until its next call. */
    public BlockFlyweight block() {
        return block;
    }

    /** See {@link JournalReader#memory}. */
    @Nullable JournalMemory memory() {
        return reader.memory();
    }

    public long gapTo() {
        return gapTo;
    }

    /** See {@link JournalReader#letGo}. */
    public void letGo() {
        if (reader.letGo()) {
            last = first - 1;
            nextSequence = -1;
        }
    }

    /** See {@link JournalReader#sequenceAt}. */
    public long sequenceAt(final long timestampUs) {
        last = first - 1;
        nextSequence = -1;
        return reader.sequenceAt(timestampUs);
    }

    /** Gives the mapping back of a cursor whose read failed, whatever state that left it in. */
    public static void closeQuietly(final @Nullable BlockCursor failed) {
        if (failed != null) {
            try {
                failed.close();
            } catch (final RuntimeException | InternalError ex) {
                LOG.warn("a journal reader did not close", ex);
            }
        }
    }

    public void close() {
        reader.close();
    }
}
