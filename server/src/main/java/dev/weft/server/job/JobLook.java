package dev.weft.server.job;

import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.index.EventIndex;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A look at the jobs that run a command: which wait, which have ended while their process runs,
 * which run although no process of this server does their work. For one look; filled on the query
 * thread, read by the runner afterwards.
 */
final class JobLook implements Command {
    private static final Reply DONE = new Reply(204, null);

    private final Jobs jobs;
    private final Set<String> own;
    private final Set<String> left;
    private final Set<String> ended;
    private final List<String> waiting = new ArrayList<>();
    private final List<String> orphaned = new ArrayList<>();

    /**
     * A look that is still to be taken.
     *
     * @param own ids of those that this server has begun.
     * @param left ids of which processes of an earlier server live, maybe of another journal's.
     */
    JobLook(final Jobs jobs, final Set<String> own, final Set<String> left) {
        this.jobs = jobs;
        this.own = own;
        this.left = new HashSet<>(left);
        ended = new HashSet<>(own);
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        final JobTable table = jobs.table().upTo(index, head);
        if (table == null) {
            return null;
        }
        for (final Job job : table.open()) {
            if (own.contains(job.id())) {
                ended.remove(job.id());
            } else if (job.status() != JobStatus.RUNNING) {
                waiting.add(job.id());
            } else if (job.isStartedHere()) {
                orphaned.add(job.id());
            }
        }
        left.removeIf(id -> !table.hasEnded(id));
        return Decision.reply(DONE);
    }

    /** Not begun, the oldest first. */
    List<String> waiting() {
        return waiting;
    }

    /** Begun by this server, and ended by somebody. */
    Set<String> ended() {
        return ended;
    }

    /** Ended, by a server that died before their processes did. */
    Set<String> left() {
        return left;
    }

    /** Begun by a server that has died. */
    List<String> orphaned() {
        return orphaned;
    }
}
