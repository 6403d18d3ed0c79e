package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.Precondition;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionImage;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command decides by: one session as it is. For one decision; thread: query.
 *
 * @param session null if the server never made it, see {@link Sessions#find}.
 * @param changed told when something was appended.
 */
public record SessionCase(
        Sessions sessions,
        SessionTable table,
        EventIndex index,
        String id,
        @Nullable SessionState session,
        Signal changed) {
    public Phase phase() {
        return Sessions.phase(session);
    }

    /** The session as callers see it. */
    public SessionImage image() {
        return sessions.image(session, index, id);
    }

    /** Something that changes the session. */
    public Decision change(
            final List<EventBuilder> events, final Function<Decision.Appended, Reply> reply) {
        return append(events, sessions.change(id), reply);
    }

    /**
     * Something that changes the session so that runs end with it: they are told first.
     *
     * @param errors what ends them, see {@link OpenRuns#errors}.
     */
    public Decision changeWithRuns(
            final List<EventBuilder> errors,
            final List<EventBuilder> events,
            final Function<Decision.Appended, Reply> reply) {
        final List<EventBuilder> all = new ArrayList<>(errors);
        all.addAll(events);
        return append(all, sessions.changeWithRuns(id), reply);
    }

    /** Something that only needs the session to be as it is. */
    public Decision unchanged(
            final EventBuilder event, final Function<Decision.Appended, Reply> reply) {
        return append(List.of(event), sessions.unchanged(id), reply);
    }

    /** A run that is asked for. */
    public Decision run(final EventBuilder event, final Function<Decision.Appended, Reply> reply) {
        return append(List.of(event), sessions.moreRuns(id), reply);
    }

    /** The runs that have not ended. */
    public OpenRuns openRuns() {
        return OpenRuns.of(this);
    }

    /** Events under a condition; who waits for such is told. */
    public Decision append(
            final List<EventBuilder> events,
            final Precondition precondition,
            final Function<Decision.Appended, Reply> reply) {
        return Decision.append(
                events,
                precondition,
                appended -> {
                    changed.signal();
                    return reply.apply(appended);
                });
    }

    /** A refusal by the phase. */
    public static ProblemException refused(final int status, final String detail) {
        return new ProblemException(new Problem(status, detail));
    }
}
