package dev.weft.server.session;

import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.index.EventIndex;
import dev.weft.server.runtime.Signal;
import dev.weft.server.sequencer.Precondition;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates a session. For one request; thread: query. */
final class Creation implements Command {
    private final Sessions sessions;
    private final Signal changed;
    private final DriverNames drivers;
    private final String prefix;
    private final byte[] body;
    private @Nullable CreateBody wanted; // read once, so that its id stays the same

    /**
     * Makes the command.
     *
     * @param prefix path of the sessions under which it was asked for.
     */
    Creation(
            final Sessions sessions,
            final Signal changed,
            final DriverNames drivers,
            final String prefix,
            final byte[] body) {
        this.sessions = sessions;
        this.changed = changed;
        this.drivers = drivers;
        this.prefix = prefix;
        this.body = body;
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        CreateBody create = wanted;
        if (create == null) {
            create = CreateBody.read(body, drivers);
            wanted = create;
        }
        final String id = create.id();
        if (table.get(id) != null) {
            throw SessionCase.refused(409, "Session exists already: " + id);
        }
        return Decision.append(
                List.of(SessionEvents.make(SessionEvents.CREATED, id, create.wish().toString())),
                Precondition.change(SessionEvents.subject(id), sessions.asOf()),
                appended -> {
                    changed.signal();
                    return new Reply(
                            201,
                            "{\"id\":\"" + id + "\",\"message\":\"Session created\"}",
                            "Location: " + prefix + '/' + id + "\r\n");
                });
    }
}
