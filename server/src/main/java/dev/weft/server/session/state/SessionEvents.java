package dev.weft.server.session.state;

import dev.weft.protocol.json.JsonText;
import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.IndexField;
import dev.weft.server.ingest.EventBuilder;
import java.util.List;

/** The events of which a session is made, and how the server writes them. Stateless. */
public final class SessionEvents {
    /** Kind of the subjects, with the slash. */
    public static final String KIND = "session/";

    public static final String CREATED = "session.created";
    public static final String STARTING = "session.starting";
    public static final String CLAIMED = "session.claimed";
    public static final String RUNNING = "session.running";
    public static final String STOPPING = "session.stopping";
    public static final String STOPPED = "session.stopped";
    public static final String COMPLETED = "session.completed";
    public static final String FAILED = "session.failed";
    public static final String LEASE_LOST = "session.lease_lost";

    /** Says again what a session is, before retention deletes what said it first. */
    public static final String CARRIED = "session.carried";

    public static final String DELETED = "session.deleted";

    /** Asks for something, changes no phase. */
    public static final String INTERRUPTED = "session.interrupted";

    /** Asks for a run, its data is the input; changes no phase. */
    public static final String RUN_REQUESTED = "run.requested";

    private static final String CATEGORY = "session";

    private SessionEvents() {}

    /** Those that change the phase of a session or who holds it. */
    static EventQuery ofPhases() {
        return types(
                CREATED,
                STARTING,
                CLAIMED,
                RUNNING,
                STOPPING,
                STOPPED,
                COMPLETED,
                FAILED,
                LEASE_LOST,
                CARRIED,
                DELETED);
    }

    /** Those that tell a driver what to do. */
    public static EventQuery ofOrders() {
        return types(CREATED, STARTING, STOPPING, INTERRUPTED, DELETED, RUN_REQUESTED);
    }

    private static EventQuery types(final String... types) {
        return EventQuery.ALL.where(
                IndexField.TYPE, List.of(types).stream().map(Term::exact).toList());
    }

    /** Everything about a session. */
    public static EventQuery about(final String id) {
        return EventQuery.ALL.where(IndexField.SUBJECT, subject(id));
    }

    public static String subject(final String id) {
        return KIND + id;
    }

    /** One of them, by the server. */
    public static EventBuilder make(final String type, final String id) {
        return new EventBuilder(type).category(CATEGORY).subject(subject(id));
    }

    /** One of them with data. */
    public static EventBuilder make(final String type, final String id, final CharSequence data) {
        return make(type, id).data(data);
    }

    /** The data {@code {"error":…}}. */
    public static String error(final String error) {
        final StringBuilder json = new StringBuilder("{\"error\":");
        JsonText.quote(json, error);
        return json.append('}').toString();
    }
}
