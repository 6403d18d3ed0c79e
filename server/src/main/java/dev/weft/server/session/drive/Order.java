package dev.weft.server.session.drive;

import dev.weft.server.driver.RunInput;
import dev.weft.server.driver.SessionRef;
import org.jspecify.annotations.Nullable;

/**
 * Something that an event says is to be done. Immutable.
 *
 * @param id of the session.
 * @param session for a start; null else.
 * @param run for a run; null else.
 * @param runId which run an interrupt is for; null for whatever runs.
 */
record Order(
        Kind kind,
        String id,
        @Nullable SessionRef session,
        @Nullable RunInput run,
        @Nullable String runId) {
    /** What is to be done. */
    enum Kind {
        START,
        SEND,
        INTERRUPT,
        STOP,
        DELETE
    }

    static Order start(final SessionRef session) {
        return new Order(Kind.START, session.id(), session, null, null);
    }

    static Order send(final String id, final RunInput run) {
        return new Order(Kind.SEND, id, null, run, null);
    }

    static Order interrupt(final String id, final @Nullable String runId) {
        return new Order(Kind.INTERRUPT, id, null, null, runId);
    }

    static Order delete(final String id) {
        return new Order(Kind.DELETE, id, null, null, null);
    }

    static Order stop(final String id) {
        return new Order(Kind.STOP, id, null, null, null);
    }
}
