package dev.weft.server.sequencer;

import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalException;
import dev.weft.server.runtime.WriterAgent;
import dev.weft.server.sequencer.PendingAppend.Status;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Forces the journal to disk for the durable publishes that wait, all of them at once (group
 * commit): what arrives while the disk works is answered by the next force. In between it forces
 * and closes the roll files that the appender has left. Thread: {@code weft-force}; {@link #offer}
 * belongs to the sequencer's.
 */
public final class ForceAgent implements WriterAgent {
    private final OneToOneConcurrentArrayQueue<PendingAppend> queue;
    private final Journal journal;
    private final SequencerCounters counters;
    private final @Nullable PendingAppend[] group;
    private boolean failed;

    /**
     * Makes it idle.
     *
     * @param capacity durable publishes that may wait; when it is full the sequencer answers {@link
     *     Status#NOT_DURABLE}.
     */
    public ForceAgent(final int capacity, final Journal journal, final SequencerCounters counters) {
        queue = new OneToOneConcurrentArrayQueue<>(capacity);
        group = new PendingAppend[queue.capacity()];
        this.journal = journal;
        this.counters = counters;
    }

    @Override
    public String roleName() {
        return "weft-force";
    }

    /** Takes a publish that is in the journal. Thread: the sequencer's. */
    boolean offer(final PendingAppend pending) {
        return queue.offer(pending);
    }

    /** Publishes that wait. Any thread. */
    public int waitingCount() {
        return queue.size();
    }

    @Override
    public int doWork() {
        int count = 0;
        while (count < group.length) {
            final PendingAppend pending = queue.poll();
            if (pending == null) {
                break;
            }
            group[count++] = pending;
        }
        if (count > 0) {
            force(count);
            return count;
        }
        return failed ? 0 : forceFinished();
    }

    /** A roll file that nobody's durable publish has forced: without this it would stay open. */
    private int forceFinished() {
        try {
            return journal.forceFinished();
        } catch (final JournalException ex) {
            failed = true;
            throw ex;
        }
    }

    private void force(final int count) {
        Status status = Status.NOT_DURABLE;
        try {
            if (!failed) { // after a failed force the kernel may call lost pages clean: never again
                final long startNs = System.nanoTime();
                journal.force();
                counters.onForced(count, System.nanoTime() - startNs);
                status = Status.APPENDED;
            }
        } catch (final JournalException ex) {
            failed = true;
            throw ex;
        } finally {
            for (int i = 0; i < count; i++) {
                final PendingAppend pending = group[i];
                group[i] = null;
                if (pending != null) {
                    pending.complete(status);
                }
            }
        }
    }
}
