package dev.weft.server.runtime;

import dev.weft.server.journal.Journal;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the journal's house: space ahead of the appender, reserved sequences, free bytes. Wakes the
 * sequencer when something changed or when it had asked. Thread: {@code weft-house}; {@link #ask}
 * any.
 */
public final class HouseAgent implements WriterAgent {
    private static final long PERIOD_NS = 100_000_000;
    private static final long RETRY_NS = 2_000_000;

    private final Journal journal;
    private final Signal sequencer;
    private final Signal thread;
    private final AtomicBoolean asked = new AtomicBoolean();
    private boolean retry;

    /**
     * Makes it.
     *
     * @param sequencer whom it wakes.
     * @param thread what wakes the thread that runs it.
     */
    public HouseAgent(final Journal journal, final Signal sequencer, final Signal thread) {
        this.journal = journal;
        this.sequencer = sequencer;
        this.thread = thread;
    }

    /** The sequencer waits for the journal. */
    public void ask() {
        asked.set(true);
        thread.signal();
    }

    /** How long the thread may park. */
    public long parkNs() {
        return retry ? RETRY_NS : PERIOD_NS;
    }

    @Override
    public int doWork() {
        final boolean wasAsked = asked.getAndSet(false);
        final int workCount = journal.doHousekeeping();
        if (workCount > 0 || retry) {
            retry = false;
            sequencer.signal();
        } else {
            retry = wasAsked; // nothing to be done right now: look again soon, not at once
        }
        return workCount;
    }

    @Override
    public String roleName() {
        return "weft-house";
    }
}
