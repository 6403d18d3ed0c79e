package dev.weft.server.session.drive;

import dev.weft.protocol.Problem;
import dev.weft.server.control.Command;
import dev.weft.server.control.Commands;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.Lease;
import dev.weft.server.session.SessionCase;
import dev.weft.server.session.SessionCommands;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions that go on from being forgotten: before retention deletes the event that one is
 * made of, it is said again what it is, by {@code session.carried}. Until that is done retention is
 * held up by a lease, as by a reader. Thread: drive.
 */
final class CarriedOn {
    private static final Reply DONE = new Reply(200, null);

    private final Journal journal;
    private final Commands commands;
    private final SessionCommands sessions;
    private final Lease lease;

    CarriedOn(final Journal journal, final Commands commands, final SessionCommands sessions) {
        this.journal = journal;
        this.commands = commands;
        this.sessions = sessions;
        lease = journal.newLease();
        lease.need(1); // until it is known which go on
    }

    /**
     * What a look found. Filled on the query thread, read by the drive thread afterwards.
     *
     * @param carrying the sessions that are to be carried, as commands; the others wait for the
     *     next look.
     */
    private record Found(List<Command> carrying, long neededSequence) {}

    /**
     * Looks once.
     *
     * @param whenDone run when all that were found have been carried.
     */
    void look(final Runnable whenDone) {
        final @Nullable Found[] found = new Found[1];
        commands.run(
                (index, head) -> {
                    final SessionTable table = sessions.sessions().upTo(index, head);
                    if (table == null) {
                        return null;
                    }
                    final List<Command> carrying = new ArrayList<>();
                    for (final SessionState session :
                            table.liveBefore(due(index.oldestSequence()))) {
                        if (carrying.size() < Commands.TOGETHER_MAX) {
                            carrying.add(sessions.about(session.id(), this::decide));
                        }
                    }
                    final long unseen = sessions.sessions().asOf() + 1; // by this look
                    found[0] = new Found(carrying, Math.min(table.neededSequence(), unseen));
                    return Decision.reply(DONE);
                },
                new Commands.Asker() {
                    @Override
                    public void onDone(final Reply reply) {
                        final Found seen = Objects.requireNonNull(found[0]);
                        lease.need(seen.neededSequence());
                        commands.runAll(seen.carrying(), whenDone);
                    }

                    @Override
                    public void onRefused(final Problem problem) {
                        if (problem.status() == DriveAgent.NOT_IMPLEMENTED) {
                            lease.need(Lease.NONE); // there are no sessions here
                        }
                        whenDone.run(); // the next look finds them
                    }
                });
    }

    /** Sequence before which everything goes, or is gone. */
    private long due(final long oldest) {
        return Math.max(oldest, journal.dueUpTo() + 1);
    }

    private Decision decide(final SessionCase session) {
        final SessionState state = session.session();
        if (state == null
                || !state.phase().isActive()
                || state.anchorSequence() >= due(session.index().oldestSequence())) {
            return Decision.reply(DONE);
        }
        return session.change(
                List.of(
                        SessionEvents.make(
                                SessionEvents.CARRIED,
                                session.id(),
                                session.sessions()
                                        .images()
                                        .carried(state, session.index().reads()))),
                appended -> DONE);
    }
}
