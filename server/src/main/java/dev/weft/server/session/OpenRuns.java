package dev.weft.server.session;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.agui.AguiType;
import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.record.RecordView;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a session that were asked for, or have begun, since it had ended last, and have not
 * ended: of each the newest event says which. The oldest first. Immutable; made by the query
 * thread.
 */
public final class OpenRuns {
    /** Who worked on them is gone. */
    public static final String WORKER_LOST = "WORKER_LOST";

    /** Their session has ended, or is there no more. */
    public static final String SESSION_ENDED = "SESSION_ENDED";

    /** Newest events that are looked at; runs that have only older ones count as ended. */
    static final int EVENTS_MAX = 4_096;

    /** Runs that are kept, the newest; no append may have more events than that and a few. */
    static final int RUNS_MAX = 512;

    private static final String BEGUN = AguiType.RUN_STARTED.name();
    private static final List<Term> TYPES =
            Stream.of(
                            SessionEvents.RUN_REQUESTED,
                            BEGUN,
                            AguiType.RUN_FINISHED.name(),
                            AguiType.RUN_ERROR.name())
                    .map(Term::exact)
                    .toList();

    private final String sessionId;
    private final List<Run> runs;

    private OpenRuns(final String sessionId, final List<Run> runs) {
        this.sessionId = sessionId;
        this.runs = List.copyOf(runs);
    }

    /**
     * One of them.
     *
     * @param hasBegun whether somebody works, or worked, on it.
     */
    private record Run(String id, boolean hasBegun) {}

    /** Those of a session as it is; of one that the server never made there are none. */
    static OpenRuns of(final SessionCase session) {
        final SessionState state = session.session();
        return new OpenRuns(session.id(), state == null ? List.of() : read(session.index(), state));
    }

    private static List<Run> read(final EventIndex index, final SessionState session) {
        final EventQuery query =
                SessionEvents.about(session.id())
                        .where(IndexField.TYPE, TYPES)
                        .after(session.runsAfterSequence())
                        .upTo(index.indexedSequence());
        final Sequences newestFirst = index.select(query).descending(0);
        final EventReads reads = index.reads();
        final RecordView view = new RecordView();
        final Set<String> known = new HashSet<>();
        final List<Run> open = new ArrayList<>();
        for (int i = 0; i < EVENTS_MAX && open.size() < RUNS_MAX; i++) {
            final long sequence = newestFirst.next();
            if (sequence == Sequences.NONE) {
                break;
            }
            if (!reads.at(sequence)) {
                continue; // damaged, or deleted this moment
            }
            view.wrap(reads.block(), reads.index());
            final String type = view.text(RecordDescriptor.TYPE_OFFSET);
            final String id = view.text(RecordDescriptor.RUN_ID_OFFSET);
            if (id == null || !known.add(id)) {
                continue;
            }
            if (BEGUN.equals(type) || SessionEvents.RUN_REQUESTED.equals(type)) {
                open.add(new Run(id, BEGUN.equals(type)));
            }
        }
        Collections.reverse(open);
        return open;
    }

    /** The one that is worked on, or will be next; null if there is none. */
    @Nullable String current() {
        return runs.stream()
                .filter(Run::hasBegun)
                .findFirst()
                .or(() -> runs.stream().findFirst())
                .map(Run::id)
                .orElse(null);
    }

    /** Those that have begun. */
    public OpenRuns begun() {
        return new OpenRuns(sessionId, runs.stream().filter(Run::hasBegun).toList());
    }

    /**
     * Events that end them in place of who worked on them: nobody waits for them for ever.
     *
     * @param message one sentence for people.
     * @param code {@link #WORKER_LOST} or {@link #SESSION_ENDED}.
     */
    public List<EventBuilder> errors(final String message, final String code) {
        return runs.stream().map(run -> error(run.id, message, code)).toList();
    }

    private EventBuilder error(final String runId, final String message, final String code) {
        final String type = AguiType.RUN_ERROR.name();
        final StringBuilder json =
                new StringBuilder("{\"type\":\"").append(type).append("\",\"message\":");
        JsonText.quote(json, message);
        JsonText.quote(json.append(",\"code\":"), code);
        JsonText.quote(json.append(",\"threadId\":"), sessionId);
        JsonText.quote(json.append(",\"runId\":"), runId);
        return SessionEvents.make(type, sessionId, json.append('}')).runId(runId);
    }
}
