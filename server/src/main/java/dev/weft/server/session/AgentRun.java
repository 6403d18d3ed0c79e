package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.AguiType;
import dev.weft.server.agui.RunInput;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.fanout.Ending;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.record.RecordView;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.stream.Following;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run that is asked for by who then reads its events; asked for again, it is read again. Unlike
 * others it may be asked for before the session runs: its reader waits. For one request; handed
 * from the query thread back to the loop.
 */
final class AgentRun {
    private static final Reply ASKED = new Reply(200, null);

    /** Events of that name that are looked at: others may have published some. */
    private static final int LOOKS_MAX = 64;

    private static final Set<Term> TYPES =
            Stream.of(AguiType.values())
                    .map(type -> Term.exact(type.name()))
                    .collect(Collectors.toUnmodifiableSet());
    private static final Ending ENDING =
            Ending.untold(Set.of(AguiType.RUN_FINISHED.name(), AguiType.RUN_ERROR.name()));

    private @Nullable Following following;

    /** Where its events are, once it was asked for. */
    Following following() {
        return Objects.requireNonNull(following);
    }

    /** What is to be appended for it, if it is a new one. */
    Decision decide(final SessionCase session, final byte[] body) {
        final SessionState state = session.session();
        if (state == null) {
            throw notRunning();
        }
        final RunInput input;
        try {
            input = RunInput.ofAgent(body, session.id(), Runs::newId);
        } catch (final AguiException ex) {
            throw new ProblemException(new Problem(400, ex.detail()));
        }
        final long asked = asked(session.index(), state, input.runId());
        if (asked != Sequences.NONE) {
            follow(state, input, asked);
            return Decision.reply(ASKED);
        }
        if (state.phase() != Phase.RUNNING && !state.phase().isStarting()) {
            throw notRunning();
        }
        return session.run(
                Runs.requested(state, input),
                appended -> {
                    // One that was asked for by another at the same time stands somewhere before.
                    final long sequence = appended.firstSequence();
                    follow(state, input, sequence == 0 ? state.createdSequence() : sequence);
                    return ASKED;
                });
    }

    private static ProblemException notRunning() {
        return SessionCase.refused(422, Lifecycle.NOT_RUNNING);
    }

    /** Sequence of the event that asked for a run. */
    private static long asked(
            final EventIndex index, final SessionState session, final String runId) {
        final EventQuery query =
                SessionEvents.about(session.id())
                        .where(IndexField.TYPE, SessionEvents.RUN_REQUESTED)
                        .where(IndexField.RUN_ID, runId)
                        .after(session.createdSequence())
                        .upTo(index.indexedSequence());
        final Sequences found = index.select(query).ascending(0);
        final EventReads reads = index.reads();
        final RecordView view = new RecordView();
        for (int i = 0; i < LOOKS_MAX; i++) {
            final long sequence = found.next();
            if (sequence == Sequences.NONE
                    || (reads.at(sequence)
                            && view.wrap(reads.block(), reads.index()).isServers())) {
                return sequence;
            }
        }
        return Sequences.NONE;
    }

    private void follow(final SessionState session, final RunInput input, final long after) {
        final Filter filter =
                Filter.of(
                                Map.of(
                                        Filter.Field.SUBJECT,
                                        Set.of(Term.exact(SessionEvents.subject(session.id()))),
                                        Filter.Field.RUN_ID,
                                        Set.of(Term.exact(input.runId())),
                                        Filter.Field.TYPE,
                                        TYPES))
                        .endingWith(ENDING);
        following = new Following(filter, after + 1, Ending.NONE, null, after);
    }
}
