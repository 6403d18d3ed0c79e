package dev.weft.server.session;

import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.http.Exchange;
import dev.weft.server.index.EventIndex;
import dev.weft.server.runtime.Signal;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands about single sessions: looks the session up, then asks the rule. One for all; any
 * thread.
 *
 * @param changed told when a session has changed.
 */
public record SessionCommands(Sessions sessions, Signal changed) {
    /** What decides when the session is found. Thread: query. */
    @FunctionalInterface
    public interface Rule {
        /**
         * Decides.
         *
         * @return null to be asked again in the next turn.
         * @throws dev.weft.server.http.ProblemException to refuse it.
         */
        @Nullable Decision decide(SessionCase session);
    }

    /** A command about a session of the table, by its id. */
    public Command about(final String id, final Rule rule) {
        return about(new SessionId(id), rule);
    }

    /** A command about one session. */
    Command about(final SessionId id, final Rule rule) {
        return (index, head) -> {
            final SessionCase found = in(index, head, id);
            return found == null ? null : rule.decide(found);
        };
    }

    /** A session that is looked up when it is its turn. */
    @FunctionalInterface
    public interface Finding {
        /**
         * Looks it up. Thread: query.
         *
         * @return null to be asked again in the next turn.
         * @throws dev.weft.server.http.ProblemException 404 if there is none.
         */
        @Nullable SessionCase in(EventIndex index, long head);
    }

    /**
     * The session that a path names.
     *
     * @throws dev.weft.server.http.ProblemException 400 if it can be none.
     */
    public Finding find(final Exchange exchange) {
        final SessionId id = SessionId.ofResource(exchange.pathVariable(SessionRoutes.ID));
        return (index, head) -> in(index, head, id);
    }

    /** Whether a text can be a session's id. */
    public static boolean isId(final String text) {
        return SessionId.isId(text);
    }

    private @Nullable SessionCase in(final EventIndex index, final long head, final SessionId id) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        final String text = id.text();
        return new SessionCase(
                sessions,
                table,
                index,
                text,
                Sessions.find(table, index, id.about().upTo(sessions.asOf()), text),
                changed);
    }
}
