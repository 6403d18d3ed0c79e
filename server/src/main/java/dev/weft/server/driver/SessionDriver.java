package dev.weft.server.driver;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who does the work of sessions. What it has to do it is told once for each event, in the order of
 * the events; nothing that it throws harms another session. Thread: {@code weft-drive}, for all
 * methods; none of them blocks.
 */
public interface SessionDriver {
    /** Names under which sessions ask for it; none if it only ends what was begun before. */
    Set<String> names();

    /**
     * Makes a session run. It tells {@link DriverEvents#running} when it does, or {@link
     * DriverEvents#failed}. When an earlier start of the same session has not ended yet, that one
     * ends first.
     */
    void start(SessionRef session);

    /** Passes a run on to a session that runs. */
    void send(SessionRef session, RunInput run);

    /**
     * Has the current run stopped, but not the session.
     *
     * @param runId null for whatever runs.
     */
    void interrupt(SessionRef session, @Nullable String runId);

    /** Ends a session. It tells {@link DriverEvents#stopped} when it has. */
    void stop(SessionRef session);

    /**
     * A session is there no more: what is kept for it goes when the last that it has started has
     * ended. Told of every session, whoever did its work, after its {@link #stop}.
     */
    void deleted(String id);

    /**
     * Ids of sessions of which something may be kept. Asked once, before {@link #recover}; those
     * that are deleted are told by {@link #deleted} once more.
     */
    List<String> kept();

    /**
     * Told once, first of all: what is active by the events, although this server has only just
     * started. For each one it tells what became of it, or goes on with it.
     */
    void recover(List<SessionRef> active);

    /**
     * Goes on with what it has begun, in a bounded step.
     *
     * @return how much it did; 0 to be called again when there is news or a moment has passed.
     */
    int doWork();

    /** Ends everything that it has started, in a bounded time. The server stops. */
    void close();
}
