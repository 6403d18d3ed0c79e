package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.OutputFormat;
import dev.weft.server.agui.RunSummaries;
import dev.weft.server.agui.SessionOutput;
import dev.weft.server.agui.StoredEvent;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Question;
import dev.weft.server.record.RecordView;
import dev.weft.server.record.Uuids;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything that a session said since it was created, oldest first and in bounded steps, and
 * hands it to who makes an answer of it. For one request; thread: query.
 */
final class OutputQuestion implements Question {
    private static final int STEP_EVENTS_MAX = 500;
    private static final int STEP_LENGTH_MAX = 1024 * 1024;
    private static final int RUNS_DEFAULT = 100;
    private static final int RUNS_MAX = 1_000;

    private final Sessions sessions;
    private final SessionId id;
    private final @Nullable String runId; // null for all
    private final Taker taker;
    private final RecordView view = new RecordView();
    private @Nullable Sequences sequences; // null before the first step
    private boolean isRunKnown;

    /** Takes the events and makes the answer. */
    private interface Taker {
        void on(StoredEvent event);

        byte[] finish();
    }

    private OutputQuestion(
            final Sessions sessions,
            final SessionId id,
            final @Nullable String runId,
            final Taker taker) {
        this.sessions = sessions;
        this.id = id;
        this.runId = runId;
        this.taker = taker;
    }

    /**
     * {@code GET …/output}.
     *
     * @throws ProblemException 400.
     */
    static OutputQuestion output(final Sessions sessions, final Exchange exchange) {
        final SessionId id = SessionId.ofResource(exchange.pathVariable(SessionRoutes.ID));
        final QueryParameters query = exchange.query();
        FilterParser.checkNames(query, Set.of("format", "run_id"));
        final OutputFormat format = format(query.one("format"));
        final String runId = query.one("run_id");
        if (runId != null && !Uuids.isUuid(runId)) {
            throw refused(400, "Invalid run_id format, must be a valid UUID");
        }
        final SessionOutput output = format.output(id.text());
        return new OutputQuestion(
                sessions,
                id,
                runId,
                new Taker() {
                    @Override
                    public void on(final StoredEvent event) {
                        output.on(event);
                    }

                    @Override
                    public byte[] finish() {
                        return output.finish();
                    }
                });
    }

    /**
     * {@code GET …/runs}.
     *
     * @throws ProblemException 400.
     */
    static OutputQuestion runs(final Sessions sessions, final Exchange exchange) {
        final SessionId id = SessionId.ofResource(exchange.pathVariable(SessionRoutes.ID));
        final QueryParameters query = exchange.query();
        FilterParser.checkNames(query, Set.of("limit", "offset"));
        final int limit = (int) Numbers.of(query, "limit", RUNS_DEFAULT, 1, RUNS_MAX);
        final int offset = (int) Numbers.of(query, "offset", 0, 0, Integer.MAX_VALUE);
        final RunSummaries runs = new RunSummaries(offset, limit);
        return new OutputQuestion(
                sessions,
                id,
                null,
                new Taker() {
                    @Override
                    public void on(final StoredEvent event) {
                        runs.on(event);
                    }

                    @Override
                    public byte[] finish() {
                        return runs.page(id.text());
                    }
                });
    }

    private static OutputFormat format(final @Nullable String name) {
        try {
            return name == null ? OutputFormat.TRANSCRIPT : OutputFormat.parse(name);
        } catch (final AguiException ex) {
            throw refused(400, ex.detail());
        }
    }

    @Override
    public boolean isLong() {
        return true;
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        Sequences left = sequences;
        if (left == null) {
            left = begin(index, head);
            if (left == null) {
                return null;
            }
            sequences = left;
        }
        try {
            return step(index.reads(), left) ? finish(allocator) : null;
        } catch (final AguiException ex) {
            throw refused(400, ex.detail());
        }
    }

    /** Finds the session; null if the table needs another turn. */
    private @Nullable Sequences begin(final EventIndex index, final long head) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        final EventQuery about = id.about().upTo(sessions.asOf());
        final SessionState session = Sessions.find(table, index, about, id.text());
        return index.select(session == null ? about : about.after(session.createdSequence()))
                .ascending(0);
    }

    /** Whether that was all. */
    private boolean step(final EventReads reads, final Sequences left) {
        int length = 0;
        for (int i = 0; i < STEP_EVENTS_MAX && length < STEP_LENGTH_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                return true;
            }
            if (reads.at(sequence)) { // else damaged, or deleted this moment
                length += reads.block().dataLength(reads.index());
                take(reads.block(), reads.index());
            }
        }
        return false;
    }

    private void take(final BlockFlyweight block, final int index) {
        view.wrap(block, index);
        final String type = view.text(RecordDescriptor.TYPE_OFFSET);
        if (type == null) {
            return;
        }
        final String stamped = view.text(RecordDescriptor.RUN_ID_OFFSET);
        final String itsRun = stamped == null ? view.dataText("runId") : stamped;
        if (runId != null) {
            if (!runId.equalsIgnoreCase(itsRun)) {
                return;
            }
            isRunKnown = true;
        }
        taker.on(new StoredEvent(type, itsRun, view.timestampUs(), view.dataBytes()));
    }

    private ByteBuf finish(final ByteBufAllocator allocator) {
        if (runId != null && !isRunKnown) {
            throw refused(404, "Run not found: " + runId);
        }
        final byte[] answer = taker.finish();
        return allocator.buffer(answer.length).writeBytes(answer);
    }

    private static ProblemException refused(final int status, final String detail) {
        return new ProblemException(new Problem(status, detail));
    }
}
