package dev.weft.server.aggregate;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.fanout.Term;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.query.ItemWriter;
import dev.weft.server.query.Question;
import dev.weft.server.record.IsoTime;
import dev.weft.server.record.RecordView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of an agent or a workflow: its status by the newest event that says so, its first and
 * last event, and what it caused. All of it is read from the index and the journal, in steps of
 * which each takes a turn. For one request.
 */
final class LifeQuestion implements Question {
    private static final int TYPES_PER_STEP = 1_000;
    private static final int EVENTS_PER_STEP = 1_000;
    private static final int INITIAL_LENGTH = 4 * 1024;

    /** Types that tell a status; where there are more, its own events are looked through. */
    static final int TYPES_MAX = 256;

    private enum State {
        TYPES,
        EVENTS,
        CHILDREN
    }

    private final String id;
    private final String subject;
    private final Children children;
    private final List<Term> tellingTypes = new ArrayList<>();
    private State state = State.TYPES;
    private String lastType = "";
    private @Nullable Sequences newest; // of its own events, if those are looked through
    private @Nullable LifeStatus status;
    private long statusUs;

    /**
     * Asks about one.
     *
     * @param kind {@code agent} or {@code workflow}.
     */
    LifeQuestion(final String kind, final String id) {
        this.id = id;
        subject = kind + '/' + id;
        children = new Children(id, subject);
    }

    @Override
    public boolean isLong() {
        return true;
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        switch (state) {
            case TYPES -> {
                check(index, subject, head);
                if (findTypes(index)) {
                    findStatus(index, head);
                    state = State.CHILDREN;
                } else if (tellingTypes.size() > TYPES_MAX) {
                    tellingTypes.clear();
                    state = State.EVENTS;
                }
                return null;
            }
            case EVENTS -> {
                if (lookThrough(index, head)) {
                    state = State.CHILDREN;
                }
                return null;
            }
            case CHILDREN -> {
                return children.step(index, head) ? write(index, head, allocator) : null;
            }
        }
        return null;
    }

    /**
     * Refuses one of which there is nothing.
     *
     * @throws ProblemException 404.
     */
    static void check(final EventIndex index, final String subject, final long head) {
        if (index.select(all(subject).upTo(head)).count() == 0) {
            final String kind = subject.substring(0, subject.indexOf('/'));
            throw new ProblemException(
                    new Problem(
                            404,
                            kind.substring(0, 1).toUpperCase(Locale.ROOT)
                                    + kind.substring(1)
                                    + " not found: "
                                    + AggregateItem.id(subject)));
        }
    }

    private static EventQuery all(final String subject) {
        return EventQuery.ALL.where(IndexField.SUBJECT, subject);
    }

    /** Collects which types tell a status; true if that are all, and no more than it may be. */
    private boolean findTypes(final EventIndex index) {
        final TermPage page = index.terms(IndexField.TYPE, "", lastType, TYPES_PER_STEP);
        for (final TermStats type : page.terms()) {
            lastType = type.text();
            if (LifeStatus.of(lastType) != null) {
                tellingTypes.add(Term.exact(lastType));
            }
        }
        return page.isLast() && tellingTypes.size() <= TYPES_MAX;
    }

    /** Finds the newest of its events with one of these types. */
    private void findStatus(final EventIndex index, final long head) {
        if (!tellingTypes.isEmpty()) {
            final EventQuery query = all(subject).where(IndexField.TYPE, tellingTypes).upTo(head);
            look(index.reads(), index.select(query).descending(0).next());
        }
    }

    /** Looks at some of its events, the newest first; true if that was enough. */
    private boolean lookThrough(final EventIndex index, final long head) {
        Sequences left = newest;
        if (left == null) {
            left = index.select(all(subject).upTo(head)).descending(0);
            newest = left;
        }
        for (int i = 0; i < EVENTS_PER_STEP; i++) {
            final long sequence = left.next();
            look(index.reads(), sequence);
            if (status != null || sequence == Sequences.NONE) {
                return true;
            }
        }
        return false;
    }

    private void look(final EventReads reads, final long sequence) {
        if (sequence != Sequences.NONE && reads.at(sequence)) {
            final RecordView view = new RecordView().wrap(reads.block(), reads.index());
            final String type = view.text(RecordDescriptor.TYPE_OFFSET);
            status = type == null ? null : LifeStatus.of(type);
            statusUs = view.timestampUs();
        }
    }

    private ByteBuf write(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final Selection selection = index.select(all(subject).upTo(head));
        final EventReads reads = index.reads();
        final ByteBuf target = allocator.directBuffer(INITIAL_LENGTH);
        try {
            final StringBuilder json = new StringBuilder(256);
            JsonText.quote(json.append("{\"id\":"), id);
            JsonText.quote(json.append(",\"subject\":"), subject);
            status(json);
            json.append(",\"event_count\":").append(selection.count());
            text(target, json.append(",\"first_event\":"));
            envelope(reads, selection.ascending(0).next(), target);
            text(target, ",\"last_event\":");
            envelope(reads, selection.descending(0).next(), target);
            children.write(target);
            target.writeByte('}');
            return target;
        } catch (final RuntimeException | Error ex) {
            target.release();
            throw ex;
        }
    }

    private void status(final StringBuilder json) {
        json.append(",\"status\":\"").append(status == null ? "UNKNOWN" : status.name());
        json.append("\",\"status_since\":");
        if (status == null) {
            json.append("null");
        } else {
            IsoTime.append(json.append('"'), statusUs).append("Z\"");
        }
    }

    private static void envelope(
            final EventReads reads, final long sequence, final ByteBuf target) {
        if (sequence != Sequences.NONE && reads.at(sequence)) {
            ItemWriter.ENVELOPE.write(reads.block(), reads.index(), target);
        } else {
            text(target, "null"); // damaged, or deleted this moment
        }
    }

    static void text(final ByteBuf target, final CharSequence text) {
        target.writeCharSequence(text, StandardCharsets.UTF_8);
    }
}
