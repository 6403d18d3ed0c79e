package dev.weft.server.session.worker;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Command;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import java.util.ArrayList;
import java.util.List;

/** Takes sessions from workers that are not heard of any more. Thread: the one that looks. */
public final class LostLeases {
    private static final Reply DONE = new Reply(200, null);

    private final Leases leases;

    public LostLeases(final WorkerRoutes.Shared shared) {
        leases = shared.leases();
    }

    /**
     * Looks once.
     *
     * @param whenDone run when all that were found have been taken.
     */
    public void look(
            final Commands commands, final SessionCommands sessions, final Runnable whenDone) {
        final List<Command> taking = new ArrayList<>();
        commands.run(
                (index, head) -> {
                    final SessionTable table = sessions.sessions().upTo(index, head);
                    if (table == null) {
                        return null;
                    }
                    taking.clear();
                    for (final SessionState session : Sessions.overdue(table)) {
                        if (taking.size() < Commands.TOGETHER_MAX) { // the next look has the others
                            taking.add(take(sessions, session));
                        }
                    }
                    return Decision.reply(DONE);
                },
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        commands.runAll(taking, whenDone);
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        whenDone.run(); // the next look finds them
                    }
                });
    }

    private Command take(final SessionCommands sessions, final SessionState overdue) {
        final String leaseId = String.valueOf(overdue.leaseId());
        return sessions.about(overdue.id(), session -> leases.lose(session, leaseId));
    }
}
