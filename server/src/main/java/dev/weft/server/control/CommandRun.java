package dev.weft.server.control;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.ingest.ServerEvents;
import dev.weft.server.query.History;
import dev.weft.server.query.Refusals;
import dev.weft.server.sequencer.PendingAppend;
import dev.weft.server.sequencer.Precondition;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command on its way: to the query thread for a decision, back to its own thread, to the
 * sequencer, back with the outcome; from the beginning if the sequencer found a conflict. Its
 * fields are handed from thread to thread with it.
 */
final class CommandRun implements History.Read {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRun.class);
    private static final int LENGTH_MAX = 4 * 1024; // nothing is written on the query thread

    private final Commands commands;
    private final Command command;
    private final Commands.Asker asker;
    private long head;
    private int decisionCount;
    private @Nullable Decision decision;
    private @Nullable Problem problem;

    CommandRun(final Commands commands, final Command command, final Commands.Asker asker) {
        this.commands = commands;
        this.command = command;
        this.asker = asker;
    }

    /** Thread: the asker's. */
    void ask() {
        decisionCount++;
        decision = null;
        head = commands.journal().appendedSequence();
        if (!commands.history().offer(this)) {
            asker.onRefused(Refusals.BUSY);
        }
    }

    @Override
    public long head() {
        return head;
    }

    @Override
    public long firstSequence() {
        return 1; // it may need any that there is
    }

    @Override
    public int lengthMax() {
        return LENGTH_MAX;
    }

    @Override
    public boolean read(final History.Sources sources) {
        try {
            decision = command.decide(sources.index(), head);
            return decision != null;
        } catch (final ProblemException ex) {
            problem = ex.problem();
            return true;
        }
    }

    /** Thread: query. */
    @Override
    public void answer(final Outcome outcome) {
        onItsThread(() -> decided(outcome));
    }

    private void decided(final Outcome outcome) {
        final Problem refusal = outcome == Outcome.READ ? problem : Refusals.of(outcome);
        if (refusal != null) {
            asker.onRefused(refusal);
            return;
        }
        final Decision made = Objects.requireNonNull(decision);
        if (made.events().isEmpty()) {
            reply(made, Decision.Appended.NOTHING);
            return;
        }
        final PendingAppend pending =
                new PendingAppend(completed -> onItsThread(() -> appended(completed)));
        pending.reset(commands.isDurable());
        for (final EventBuilder event : made.events()) {
            final Problem wrong = commands.events().add(event, pending);
            if (wrong != null) {
                asker.onRefused(wrong);
                return;
            }
        }
        final Precondition precondition = made.precondition();
        if (precondition != null) {
            pending.precondition(precondition);
        }
        pending.admittedNs(System.nanoTime());
        if (!commands.inbox().offer(pending)) {
            asker.onRefused(ServerEvents.refusal(PendingAppend.Status.BACK_PRESSURED));
        }
    }

    private void appended(final PendingAppend pending) {
        final PendingAppend.Status status = pending.status();
        if (status == PendingAppend.Status.APPENDED) {
            reply(
                    Objects.requireNonNull(decision),
                    new Decision.Appended(
                            pending.firstSequence(),
                            pending.lastSequence(),
                            pending.timestamp(),
                            pending.duplicateCount()));
        } else if (status != PendingAppend.Status.CONFLICT) {
            asker.onRefused(ServerEvents.refusal(status));
        } else if (decisionCount < Commands.DECISIONS_MAX) {
            ask();
        } else {
            asker.onRefused(Commands.CONTENDED);
        }
    }

    private void reply(final Decision made, final Decision.Appended appended) {
        final Reply reply;
        try {
            reply = made.reply().apply(appended);
        } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
            LOG.error("a command was done, but not its reply: {}", appended, ex);
            asker.onRefused(Commands.UNTOLD);
            return;
        }
        asker.onDone(reply);
    }

    private void onItsThread(final Runnable step) {
        try {
            commands.thread().execute(step);
        } catch (final RejectedExecutionException ex) {
            // The thread has ended, and with it whoever waits for the answer.
            decision = null;
        }
    }
}
