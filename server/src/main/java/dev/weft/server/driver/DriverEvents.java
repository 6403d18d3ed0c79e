package dev.weft.server.driver;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a driver tells about its sessions; each call becomes an event, in the order of the calls of
 * one session. Every method answers false when too much is on its way already: nothing was taken
 * then, and the driver asks again from its next {@link SessionDriver#doWork}, reading no more from
 * the session until then. Thread: {@code weft-drive}.
 */
public interface DriverEvents {
    /** The session does its work: {@code session.running}. */
    boolean running(SessionRef session);

    /**
     * A line that the session wrote: an event of AG-UI as JSON. It is checked, stamped with run and
     * thread, and appended; a line that is no such event becomes one of type {@code log} that says
     * so.
     *
     * @param runId of the run that it belongs to if it does not say; null if there is none.
     */
    boolean line(SessionRef session, @Nullable String runId, String agUiJson);

    /**
     * Ends a run in place of the session: {@code RUN_ERROR}. It is not judged by what the session
     * wrote before, and the run that the session is in goes on if it is another one.
     *
     * @param message one sentence for people.
     * @param code a word for programs.
     */
    boolean runError(SessionRef session, String runId, String message, String code);

    /**
     * A line of text for people: {@code log}.
     *
     * @param stream such as {@code stderr}.
     */
    boolean log(SessionRef session, String stream, String text);

    /** It ended by itself, well: {@code session.completed}. */
    boolean completed(SessionRef session, int exitCode);

    /**
     * It ended, or did not begin: {@code session.failed}.
     *
     * @param error one sentence for people.
     * @param exitCode if it had one.
     * @param signal that ended it, such as 9; empty for none.
     */
    boolean failed(SessionRef session, String error, OptionalInt exitCode, OptionalInt signal);

    /** It ended because it was to be stopped: {@code session.stopped}. */
    boolean stopped(SessionRef session);
}
