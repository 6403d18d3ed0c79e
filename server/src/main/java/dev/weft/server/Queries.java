package dev.weft.server;

import dev.weft.server.index.NoIndex;
import dev.weft.server.index.engine.IndexCounters;
import dev.weft.server.index.engine.Indexing;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.job.Jobs;
import dev.weft.server.journal.Journal;
import dev.weft.server.query.History;
import dev.weft.server.query.Questions;
import dev.weft.server.runtime.AgentErrors;
import dev.weft.server.runtime.AgentThread;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The thread that answers questions about what happened, and the one that has the files for it. */
final class Queries implements AutoCloseable {
    private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

    /** Nobody tells that an event was appended: the append would pay for it. */
    private static final long MOVING_PARK_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long STILL_PARK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Journal journal;
    private final @Nullable Indexing indexing; // null if it is switched off
    private final History history;
    private final Questions questions;
    private final Jobs jobs;
    private final AgentThread thread;
    private final AgentThread filesThread;
    private long headAtPark; // written by the query thread

    /**
     * Makes it, without starting a thread.
     *
     * @param indexDirectory where the files of the index lie; null for no index.
     * @param limits of its segments.
     * @param jobCommands names of commands that jobs may run.
     */
    Queries(
            final Journal journal,
            final @Nullable Path indexDirectory,
            final SegmentLimits limits,
            final Set<String> jobCommands,
            final AgentErrors errors) {
        this.journal = journal;
        jobs = new Jobs(jobCommands);
        indexing =
                indexDirectory == null
                        ? null
                        : new Indexing(journal, indexDirectory, limits, System::nanoTime);
        history = new History(journal, indexing == null ? new NoIndex() : indexing.index());
        questions = new Questions(history, journal);
        thread = new AgentThread("weft-query", AgentThread.Idle.PARK, this::parkNs, errors);
        filesThread = new AgentThread("weft-index", AgentThread.Idle.PARK, () -> PARK_NS, errors);
        history.wakeBy(thread);
        if (indexing != null) {
            indexing.wakeBy(thread, filesThread);
        }
    }

    private long parkNs() {
        if (indexing == null) {
            return PARK_NS;
        }
        final long head = journal.appendedSequence();
        final boolean isMoving = head != headAtPark;
        headAtPark = head;
        return isMoving ? MOVING_PARK_NS : STILL_PARK_NS;
    }

    History history() {
        return history;
    }

    Questions questions() {
        return questions;
    }

    Jobs jobs() {
        return jobs;
    }

    /** Null if there is no index. */
    @Nullable IndexCounters indexCounters() {
        return indexing == null ? null : indexing.counters();
    }

    void start() {
        if (indexing == null) {
            thread.start(history);
        } else {
            filesThread.start(indexing.filer());
            thread.start(indexing.agent(), history);
        }
    }

    @Override
    public void close() {
        thread.close();
        if (indexing != null) {
            filesThread.close();
        }
    }
}
