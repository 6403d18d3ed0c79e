package dev.weft.server.job;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.fold.Fold;
import dev.weft.server.index.EventQuery;
import dev.weft.server.record.RecordView;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that there are, without their steps: what a list of them shows and filters by. It holds
 * the newest ones; an older one is still there by its id. What runs here, or is to, it holds as
 * long as that. Thread: query.
 */
final class JobTable implements Fold {
    /** Jobs that it holds: some 50 MB of them. */
    static final int JOBS_MAX = 100_000;

    private final int jobsMax;
    private final RecordView view = new RecordView();
    private final Map<String, Job> byId = new HashMap<>();
    private final Map<String, Job> open = new LinkedHashMap<>(); // to be run here, and not ended
    private final TreeMap<Long, Job> byAge = new TreeMap<>(); // by the first sequence

    JobTable(final int jobsMax) {
        this.jobsMax = jobsMax;
    }

    @Override
    public EventQuery wanted() {
        return JobEvents.life();
    }

    @Override
    public void on(final BlockFlyweight block, final int index, final long sequence) {
        view.wrap(block, index);
        final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
        if (subject == null || !subject.startsWith(JobEvents.KIND)) {
            return;
        }
        final String id = subject.substring(JobEvents.KIND.length());
        final Job listed = byId.get(id);
        final Job known = listed == null ? open.get(id) : listed;
        final Job job = known == null ? new Job(id, false) : known;
        job.on(block, index, view);
        if (job.command() != null && !job.status().isOver()) {
            open.put(id, job);
        } else {
            open.remove(id);
        }
        if (known == null) {
            byId.put(id, job);
            byAge.put(job.firstSequence(), job);
            if (byAge.size() > jobsMax) {
                unlist(byAge.firstEntry());
            }
        }
    }

    /**
     * Jobs of which nothing is left are gone; of the others it knows what it knew. A process may
     * run longer than the journal remembers its begin.
     */
    @Override
    public void onOldest(final long oldestSequence) {
        Map.Entry<Long, Job> eldest = byAge.firstEntry();
        while (eldest != null && eldest.getKey() < oldestSequence) {
            if (eldest.getValue().lastSequence() < oldestSequence) {
                unlist(eldest);
            }
            eldest = byAge.higherEntry(eldest.getKey());
        }
        open.values()
                .removeIf(
                        job ->
                                job.lastSequence() < oldestSequence
                                        && job.status() != JobStatus.RUNNING);
    }

    private void unlist(final Map.@Nullable Entry<Long, Job> eldest) {
        if (eldest != null) {
            byAge.remove(eldest.getKey());
            byId.remove(eldest.getValue().id());
        }
    }

    /** Whether it is known to have run a command here, and to have ended. */
    boolean hasEnded(final String id) {
        final Job job = byId.get(id);
        return job != null && job.command() != null && job.status().isOver();
    }

    /** Those that run a command here and have not ended, the oldest first. */
    Collection<Job> open() {
        return open.values();
    }

    /** Those whose first event came before a sequence, the newest first. */
    NavigableMap<Long, Job> before(final long sequence) {
        return byAge.headMap(sequence, false).descendingMap();
    }
}
