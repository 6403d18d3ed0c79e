package dev.weft.server.aggregate;

import dev.weft.protocol.Limits;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.fanout.Term;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.record.IsoTime;
import dev.weft.server.record.RecordView;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What something caused: the subjects of events whose {@code causation_id} is its id, its subject,
 * or the id of one of its own events. Each once, in the order in which they are found; of the
 * events that were there first. Found in bounded steps, and bounded in all: it tells if there is
 * more. For one request; thread: query.
 */
final class Children {
    /** Children that are told. */
    static final int CHILDREN_MAX = 1_000;

    /** Of its own events, the newest, so many count as causes. */
    static final int CAUSES_MAX = 10_000;

    /** Events of others that are looked at. */
    static final int EFFECTS_MAX = 100_000;

    private static final int STEP_MAX = 1_000;

    /** One that was caused. */
    private record Child(long sequence, String type, long timestampUs) {}

    private final String subject;
    private final RecordView view = new RecordView();
    private final Set<Term> causes = new TreeSet<>(); // of the next look
    private final Map<String, Child> found = new LinkedHashMap<>();
    private @Nullable Sequences own;
    private @Nullable Sequences effects;
    private int causeCount;
    private int effectCount;
    private boolean isComplete = true;

    Children(final String id, final String subject) {
        this.subject = subject;
        for (final String cause : new String[] {id, subject}) {
            if (cause.length() <= Limits.ID_CHARACTERS_MAX) {
                causes.add(Term.exact(cause)); // no character of a subject is escaped in a frame
            }
        }
    }

    /** Takes a step; true when all is found. */
    boolean step(final EventIndex index, final long head) {
        final Sequences looking = effects;
        if (looking != null) {
            look(index.reads(), looking);
            return false;
        }
        Sequences left = own;
        if (left == null) {
            left =
                    index.select(EventQuery.ALL.where(IndexField.SUBJECT, subject).upTo(head))
                            .descending(0);
            own = left;
        }
        collect(index.reads(), left);
        if (causes.isEmpty() || effectCount >= EFFECTS_MAX || found.size() >= CHILDREN_MAX) {
            isComplete &= causes.isEmpty();
            return true;
        }
        effects =
                index.select(EventQuery.ALL.where(IndexField.CAUSATION_ID, causes).upTo(head))
                        .ascending(0);
        causes.clear();
        return false;
    }

    /** Takes the ids of its next own events. */
    private void collect(final EventReads reads, final Sequences left) {
        for (int i = 0; i < STEP_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                return;
            }
            if (causeCount >= CAUSES_MAX) {
                isComplete = false;
                return;
            }
            if (reads.at(sequence)) {
                causeCount++;
                final String id =
                        view.wrap(reads.block(), reads.index()).text(RecordDescriptor.ID_OFFSET);
                if (id != null) {
                    causes.add(Term.exact(escaped(id)));
                }
            }
        }
    }

    /** Looks at the next events that one of the causes had. */
    private void look(final EventReads reads, final Sequences left) {
        for (int i = 0; i < STEP_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                effects = null;
                return;
            }
            if (effectCount >= EFFECTS_MAX || found.size() >= CHILDREN_MAX) {
                isComplete = false;
                effects = null;
                return;
            }
            effectCount++;
            if (reads.at(sequence)) {
                view.wrap(reads.block(), reads.index());
                final String child = view.text(RecordDescriptor.SUBJECT_OFFSET);
                final String type = view.text(RecordDescriptor.TYPE_OFFSET);
                if (child != null && type != null && !child.equals(subject)) {
                    found.putIfAbsent(child, new Child(sequence, type, view.timestampUs()));
                }
            }
        }
    }

    void write(final ByteBuf target) {
        final StringBuilder json = new StringBuilder(128).append(",\"children\":[");
        final int begin = json.length();
        found.forEach(
                (childSubject, child) -> {
                    json.append(json.length() == begin ? "{" : ",{");
                    JsonText.quote(json.append("\"subject\":"), childSubject);
                    JsonText.quote(json.append(",\"first_type\":"), child.type());
                    json.append(",\"first_seq\":").append(child.sequence());
                    json.append(",\"first_at\":\"");
                    IsoTime.append(json, child.timestampUs()).append("Z\"}");
                });
        json.append("],\"children_complete\":").append(isComplete);
        LifeQuestion.text(target, json);
    }

    private static String escaped(final String text) {
        final StringBuilder quoted = new StringBuilder();
        JsonText.quote(quoted, text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
