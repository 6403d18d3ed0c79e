package dev.weft.server.job;

import dev.weft.server.fold.Folded;
import java.util.Set;

/**
 * What all loops share of jobs: the table of them, which the query thread alone looks at, and which
 * commands a job may run.
 */
public final class Jobs {
    private final Folded<JobTable> table = new Folded<>(new JobTable(JobTable.JOBS_MAX));
    private final Set<String> commands;
    private volatile Runnable changed = () -> {}; // written at the start

    /**
     * Knows no job yet.
     *
     * @param commands names of those that the operator configured.
     */
    public Jobs(final Set<String> commands) {
        this.commands = Set.copyOf(commands);
    }

    /** Sets what is told when a job was made or cancelled here. Before the first one. */
    void signalledBy(final Runnable toBeTold) {
        changed = toBeTold;
    }

    /** A job was made or cancelled here. Any thread. */
    void signal() {
        changed.run();
    }

    Folded<JobTable> table() {
        return table;
    }

    Set<String> commands() {
        return commands;
    }
}
