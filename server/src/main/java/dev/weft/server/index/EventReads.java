package dev.weft.server.index;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.journal.JournalMemory;
import org.jspecify.annotations.Nullable;

/**
 * Reads events from the journal, from anywhere and in any order; each one is checked there. Belongs
 * to the thread of the index.
 */
public interface EventReads {
    /**
     * Goes to an event.
     *
     * @return whether the journal has it: not if retention took it, it is damaged, was never given
     *     out, or is not appended yet. Then there is no block in view.
     */
    boolean at(long sequence);

    /** The block that holds the event; valid until the next call. */
    BlockFlyweight block();

    /** Which record of the block the event is. */
    int index();

    /** Memory that the block lies in, for who wants to read it longer; null to copy it instead. */
    @Nullable JournalMemory memory();
}
