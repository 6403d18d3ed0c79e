package dev.weft.server.journal;

import dev.weft.protocol.frame.BlockFlyweight;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks in the order of their sequences, from any place. Confined to the thread that uses
 * it. It checks every block before it hands it out and never skips in silence: what is missing is
 * told as a gap.
 */
public interface JournalReader extends AutoCloseable {
    /** {@link #next}: nothing more up to the appended sequence. */
    int END = 0;

    /** {@link #next}: the view wraps a block. */
    int BLOCK = 1;

    /**
     * {@link #next}: sequences {@link #gapFrom} to {@link #gapTo} cannot be read (retention or
     * damage).
     */
    int GAP = 2;

    /** {@link #place}: there is nothing to remember. */
    long NO_PLACE = -1;

    /**
     * Goes to a sequence. The next {@link #next} answers the block that holds it (which may begin
     * before it), or the gap that begins there, or {@link #END} if it is not appended yet.
     *
     * @param sequence from 1 on.
     */
    void seek(long sequence);

    /**
     * Sequence of the first event at or after a time, for {@link #seek}.
     *
     * @param timestampUs microseconds since the epoch.
     * @return {@code appendedSequence + 1} if all events are older.
     */
    long sequenceAt(long timestampUs);

    /** Moves to the next block or gap. The view is valid until the next call of this reader. */
    int next(BlockFlyweight view);

    /**
     * Where the block that the last {@link #next} handed out lies, for {@link #find}. It means
     * something to the journal only and stays the same as long as the files do.
     */
    default long place() {
        return NO_PLACE;
    }

    /**
     * Goes straight to a block.
     *
     * @param place as {@link #place} told it at some time; nothing depends on its being right.
     * @param sequence that the block has to hold.
     * @return whether the view wraps such a block, which is checked: otherwise look for it by
     *     {@link #seek}. The next {@link #next} is undefined until then.
     */
    default boolean find(final long place, final long sequence, final BlockFlyweight view) {
        return false;
    }

    /**
     * Memory that the view of the last {@link #next} lies in, for who wants to read it longer than
     * until the next call.
     *
     * @return null if it cannot be held: the bytes have to be copied.
     */
    default @Nullable JournalMemory memory() {
        return null;
    }

    /**
     * Gives back the mapping of a roll file that retention has deleted, if this reader stands in
     * one: the space of such a file is free only when nobody maps it. To be called now and then by
     * who does not read.
     *
     * @return whether the view of the last block is no longer valid.
     */
    default boolean letGo() {
        return false;
    }

    long gapFrom();

    long gapTo();

    @Override
    void close();
}
