package dev.weft.server;

import dev.weft.server.index.ScannedIndex;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Questions;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import java.util.concurrent.TimeUnit;

/** The thread that answers questions about what happened. */
final class Queries implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

    private final ScannedIndex index; // used by the thread only, until that has ended
    private final History history;
    private final Questions questions;
    private final AgentThread thread;

    Queries(final Journal journal, final AgentErrors errors) {
        index = new ScannedIndex(journal);
        history = new History(journal, index);
        questions = new Questions(history, journal);
        thread = new AgentThread("weft-query", AgentThread.Idle.PARK, () -> PARK_NS, errors);
        history.wakeBy(thread);
    }

    History history() {
        return history;
    }

    Questions questions() {
        return questions;
    }

    void start() {
        thread.start(history);
    }

    @Override
    public void close() {
        thread.close();
        index.close();
    }
}
