package dev.weft.server.process;

import java.util.List;

/**
 * One program that was started, and all it started, so that they are found again later and nobody
 * else is taken for them.
 *
 * @param pid of the program; numbers are used again, so it never counts alone.
 * @param startTicks when it started, since the system did.
 * @param mark a text of its own in its environment, which whatever it starts inherits.
 */
public record ProcessIdentity(long pid, long startTicks, String mark) {
    /** Of a program that was just started. */
    static ProcessIdentity of(final long pid, final String mark) {
        final ProcStat stat = ProcStat.of(pid);
        return new ProcessIdentity(pid, stat == null ? 0 : stat.startTicks(), mark);
    }

    /** Those that live: the program and what it started, in whatever group and session. */
    public List<Long> alive() {
        return MarkedProcesses.all().stream().filter(this::includes).toList();
    }

    /**
     * Sends a signal to all that live.
     *
     * @return how many there were.
     */
    public int signal(final Signal signal) {
        return MarkedProcesses.signalAll(this::includes, signal);
    }

    /** Ends all that live, also those that are only being started meanwhile. */
    void kill() {
        MarkedProcesses.killAll(this::includes);
    }

    private boolean includes(final long other) {
        if (other == pid) {
            final ProcStat stat = ProcStat.of(other);
            return stat != null && stat.isAlive() && stat.startTicks() == startTicks;
        }
        final String its = MarkedProcesses.mark(other);
        return its != null && MarkedProcesses.isWithin(its, mark);
    }
}
