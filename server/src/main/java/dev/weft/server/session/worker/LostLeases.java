package dev.weft.server.session.worker;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes sessions from workers that are not heard of any more. Thread: the one that looks. */
public final class LostLeases {
    /**
     * Sessions that one look takes; the others wait for the next one. Fewer than questions may
     * wait, so that those of clients have room.
     */
    static final int LOOK_MAX = 256;

    private static final Reply DONE = new Reply(200, null);

    private final Leases leases;
    private int leftCount; // of one look

    public LostLeases(final WorkerRoutes.Shared shared) {
        leases = shared.leases();
    }

    /** One of them. */
    private record Lost(String id, String leaseId) {}

    /**
     * Looks once.
     *
     * @param whenDone run when all that were found have been taken.
     */
    public void look(
            final Commands commands, final SessionCommands sessions, final Runnable whenDone) {
        final List<Lost> found = new ArrayList<>();
        commands.run(
                (index, head) -> {
                    final SessionTable table = sessions.sessions().upTo(index, head);
                    if (table == null) {
                        return null;
                    }
                    found.clear();
                    for (final SessionState session : Sessions.overdue(table)) {
                        if (found.size() < LOOK_MAX) {
                            found.add(new Lost(session.id(), String.valueOf(session.leaseId())));
                        }
                    }
                    return Decision.reply(DONE);
                },
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        take(commands, sessions, found, whenDone);
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        whenDone.run(); // the next look finds them
                    }
                });
    }

    private void take(
            final Commands commands,
            final SessionCommands sessions,
            final List<Lost> found,
            final Runnable whenDone) {
        leftCount = found.size();
        if (leftCount == 0) {
            whenDone.run();
            return;
        }
        for (final Lost lost : found) {
            final SessionCommands.Finding finding = sessions.find(lost.id);
            commands.run(
                    (index, head) -> {
                        final @Nullable SessionCase session = finding.in(index, head);
                        return session == null ? null : leases.lose(session, lost.leaseId);
                    },
                    new Commands.Asker() {
                        @Override
                        public void onDone(final Reply reply) {
                            one(whenDone);
                        }

                        @Override
                        public void onRefused(final Problem problem) {
                            one(whenDone);
                        }
                    });
        }
    }

    private void one(final Runnable whenDone) {
        leftCount--;
        if (leftCount == 0) {
            whenDone.run();
        }
    }
}
