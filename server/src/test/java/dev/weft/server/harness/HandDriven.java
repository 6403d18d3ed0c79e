package dev.weft.server.harness;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.index.ScannedIndex;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.journal.MemoryJournal;
import dev.weft.server.query.History;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.sequencer.DuplicateWindow;
import dev.weft.server.sequencer.ForceAgent;
import dev.weft.server.sequencer.LocalInbox;
import dev.weft.server.sequencer.Sequencer;
import dev.weft.server.sequencer.SequencerCounters;
import java.util.List;

/**
 * What a server is inside, without its threads: the journal in memory, and a sequencer and a query
 * thread that work when the test has them do it.
 */
public final class HandDriven implements AutoCloseable {
    private static final long NOW_MS = 1_763_631_234_567L;

    private final MemoryJournal journal = new MemoryJournal();
    private final ScannedIndex index = new ScannedIndex(journal);
    private final History history = new History(journal, index);
    private final LocalInbox inbox;
    private final ServerEvents events;
    private final Sequencer sequencer;

    /**
     * Nothing has happened yet.
     *
     * @param inboxCapacity publishes that may wait.
     */
    public HandDriven(final int inboxCapacity) {
        inbox = new LocalInbox(inboxCapacity, () -> {}, () -> NOW_MS * 1_000 + 890);
        events = new ServerEvents(inbox, EventRules.forCallers(List.of(), List.of()), () -> NOW_MS);
        sequencer =
                new Sequencer(
                        inbox,
                        journal,
                        new BlockRing(1 << 24, 1),
                        new DuplicateWindow(7),
                        new ForceAgent(4, journal, SequencerCounters.NONE),
                        new Sequencer.Signals(() -> {}, () -> {}, () -> {}, () -> {}),
                        SequencerCounters.NONE);
    }

    public MemoryJournal journal() {
        return journal;
    }

    public History history() {
        return history;
    }

    public LocalInbox inbox() {
        return inbox;
    }

    /** What the server publishes itself. */
    public ServerEvents events() {
        return events;
    }

    /** Appends one batch of what waits in the inbox. */
    public void sequence() {
        sequencer.doWork();
    }

    /** Appends all that waits in the inbox. */
    public void sequenceAll() {
        while (sequencer.doWork() > 0) {}
    }

    /** Answers all that waits for the query thread. */
    public void query() {
        while (history.doWork() > 0) {}
    }

    @Override
    public void close() {
        index.close();
    }
}
