package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.record.RecordView;
import org.jspecify.annotations.Nullable;

/**
 * Reads one job: folds its events, oldest first, in bounded steps. Output and the like is passed
 * over by the index. For one request; thread: query.
 */
final class JobReading {
    /** Events that one step takes in. */
    static final int STEP_EVENTS_MAX = 500;

    /** Bytes of data after which a step ends. */
    private static final int STEP_LENGTH_MAX = 1024 * 1024;

    private final String id;
    private final Job job;
    private final RecordView view = new RecordView();
    private @Nullable Sequences sequences; // null before the first step
    private long eventCount;
    private long firstSequence;
    private long lastSequence;

    JobReading(final String id) {
        this.id = id;
        job = new Job(id, true);
    }

    /**
     * The job as of a sequence.
     *
     * @return null if there is more to read: to be asked again in the next turn.
     * @throws ProblemException 404 if there is no event about it.
     */
    @Nullable Job upTo(final EventIndex index, final long head) {
        Sequences left = sequences;
        if (left == null) {
            left = begin(index, head);
            sequences = left;
        }
        final EventReads reads = index.reads();
        int length = 0;
        for (int i = 0; i < STEP_EVENTS_MAX && length < STEP_LENGTH_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                return job;
            }
            if (reads.at(sequence)) { // else damaged, or deleted this moment
                final BlockFlyweight block = reads.block();
                final int record = reads.index();
                length += block.dataLength(record);
                job.on(block, record, view.wrap(block, record));
            }
        }
        return null;
    }

    private Sequences begin(final EventIndex index, final long head) {
        final Selection all = index.select(JobEvents.all(id).upTo(head));
        eventCount = all.count();
        if (eventCount == 0) {
            throw notFound(id);
        }
        firstSequence = all.ascending(0).next();
        lastSequence = all.descending(0).next();
        return index.select(JobEvents.state(id).upTo(head)).ascending(0);
    }

    /**
     * Refuses a job of which there is nothing.
     *
     * @throws ProblemException 404.
     */
    static void check(final EventIndex index, final String id, final long head) {
        if (index.select(JobEvents.all(id).upTo(head)).count() == 0) {
            throw notFound(id);
        }
    }

    private static ProblemException notFound(final String id) {
        return new ProblemException(new Problem(404, "Job not found: " + id));
    }

    /** Events about it, of all types. */
    long eventCount() {
        return eventCount;
    }

    /** First sequence of these. */
    long firstSequence() {
        return firstSequence;
    }

    /** Last sequence of these. */
    long lastSequence() {
        return lastSequence;
    }
}
