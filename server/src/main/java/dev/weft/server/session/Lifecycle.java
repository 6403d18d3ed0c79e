package dev.weft.server.session;

import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionImage;
import dev.weft.server.session.state.SessionState;
import java.util.List;

/** When a session may be started, stopped, interrupted and deleted. Stateless; thread: query. */
final class Lifecycle {
    static final String NOT_RUNNING = "Session is not in a running state";

    private static final String RUNNING_OR_PENDING = "Session is already running or pending";
    private static final String UNKNOWN = "Session state is unknown";
    private static final Reply INTERRUPTED =
            new Reply(200, "{\"message\":\"Interrupt signal sent\"}");
    private static final Reply DELETED = new Reply(204, null);

    private Lifecycle() {}

    static Decision start(final SessionCase session) {
        switch (session.phase()) {
            case UNKNOWN -> throw unknown();
            case PENDING, CREATING, RUNNING -> throw SessionCase.refused(422, RUNNING_OR_PENDING);
            case STOPPING, STOPPED, COMPLETED, FAILED -> {}
        }
        final SessionState state = session.session();
        final SessionImage started = session.image().started();
        final List<EventBuilder> starting =
                List.of(SessionEvents.make(SessionEvents.STARTING, session.id()));
        return state != null && isWorkers(state) && state.phase() == Phase.STOPPING
                ? session.changeWithRuns( // from now on its worker cannot end them any more
                        session.openRuns()
                                .errors("the session was started anew", OpenRuns.SESSION_ENDED),
                        starting,
                        appended -> accepted(started))
                : session.change(starting, appended -> accepted(started));
    }

    static Decision stop(final SessionCase session) {
        final SessionState state = session.session();
        if (state == null) {
            throw unknown();
        }
        final Phase phase = state.phase();
        if (phase.isEnded()) {
            throw SessionCase.refused(422, NOT_RUNNING);
        }
        if (phase == Phase.STOPPING || phase == Phase.STOPPED) {
            return Decision.reply(accepted(session.image()));
        }
        final EventBuilder stopping = SessionEvents.make(SessionEvents.STOPPING, session.id());
        final SessionImage before = session.image();
        if (isHeld(state)) {
            return session.change(List.of(stopping), appended -> accepted(before.stopping()));
        }
        return session.changeWithRuns( // nobody has it who could say that it stopped
                session.openRuns().errors("the session was stopped", OpenRuns.SESSION_ENDED),
                List.of(stopping, SessionEvents.make(SessionEvents.STOPPED, session.id())),
                appended -> accepted(before.stopped(timeOfLast(appended))));
    }

    /** Events of one append are a microsecond apart. */
    private static long timeOfLast(final Decision.Appended appended) {
        return appended.timestampUs() + appended.lastSequence() - appended.firstSequence();
    }

    /**
     * In every phase: what has nothing to be interrupted is not harmed by it. It says which run is
     * meant, so that it does not end another one that is begun meanwhile.
     */
    static Decision interrupt(final SessionCase session) {
        final EventBuilder event = SessionEvents.make(SessionEvents.INTERRUPTED, session.id());
        final String run = session.openRuns().current();
        return session.unchanged(run == null ? event : event.runId(run), appended -> INTERRUPTED);
    }

    static Decision delete(final SessionCase session) {
        final SessionState state = session.session();
        final List<EventBuilder> deleted =
                List.of(SessionEvents.make(SessionEvents.DELETED, session.id()));
        return state != null && isWorkers(state)
                ? session.changeWithRuns( // its worker may not hear of it
                        session.openRuns()
                                .errors("the session was deleted", OpenRuns.SESSION_ENDED),
                        deleted,
                        appended -> DELETED)
                : session.change(deleted, appended -> DELETED);
    }

    /** Whether somebody works for it who says when it has stopped. */
    private static boolean isHeld(final SessionState session) {
        return !isWorkers(session) || session.leaseId() != null;
    }

    private static boolean isWorkers(final SessionState session) {
        return session.driver().equals(DriverNames.WORKER);
    }

    private static Reply accepted(final SessionImage image) {
        return new Reply(202, image.write(new StringBuilder(256)));
    }

    private static ProblemException unknown() {
        return SessionCase.refused(409, UNKNOWN);
    }
}
