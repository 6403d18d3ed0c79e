package dev.weft.server.index.engine;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.EventReads;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalMemory;
import dev.weft.server.journal.JournalReader;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads events where the index says they lie; the journal has the last word, and where it says
 * otherwise they are looked for. Thread: {@code weft-query}.
 */
final class JournalReads implements EventReads, AutoCloseable {
    private final Journal journal;
    private final JournalReader reader;
    private final LongUnaryOperator places;
    private final BlockFlyweight view = new BlockFlyweight();
    private long first; // of the block in view; first > last when there is none
    private long last = -1;
    private int index;

    /**
     * Makes it.
     *
     * @param places where the block of a sequence is said to lie.
     */
    JournalReads(final Journal journal, final LongUnaryOperator places) {
        this.journal = journal;
        this.places = places;
        reader = journal.newScatteredReader();
    }

    @Override
    public boolean at(final long sequence) {
        if (sequence < Math.max(1, journal.oldestSequence())
                || sequence > journal.appendedSequence()) {
            return false;
        }
        if (sequence < first || sequence > last) {
            last = first - 1;
            if (!reader.find(places.applyAsLong(sequence), sequence, view) && !search(sequence)) {
                return false;
            }
            first = view.firstSequence();
            last = view.lastSequence();
        }
        index = (int) (sequence - first);
        return true;
    }

    private boolean search(final long sequence) {
        reader.seek(sequence);
        for (int found = reader.next(view);
                found == JournalReader.BLOCK;
                found = reader.next(view)) { // it may land a little before
            if (view.lastSequence() >= sequence) {
                return view.firstSequence() <= sequence;
            }
        }
        return false;
    }

    @Override
    public BlockFlyweight block() {
        return view;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public @Nullable JournalMemory memory() {
        return reader.memory();
    }

    /** See {@link JournalReader#letGo}. */
    void letGo() {
        if (reader.letGo()) {
            last = first - 1;
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
