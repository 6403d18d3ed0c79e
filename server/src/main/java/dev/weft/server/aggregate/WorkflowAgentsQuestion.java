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
import dev.weft.server.index.Sequences;
import dev.weft.server.query.Question;
import dev.weft.server.record.IsoTime;
import dev.weft.server.record.RecordView;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads which agents took part in a workflow: those with an event whose correlation id is the
 * workflow's, each once, in the order of their first one. It walks all events of the agents of that
 * workflow, {@value #STEP_MAX} a turn. For one request.
 */
final class WorkflowAgentsQuestion implements Question {
    private static final int STEP_MAX = 1_000;

    /** Agents of one answer. */
    static final int AGENTS_MAX = 10_000;

    /** Longest answer, in characters. */
    static final int LENGTH_MAX = AggregateQuestion.LENGTH_MAX;

    private static final String KIND = "agent/";
    private static final String UNKNOWN = "unknown";

    private final String workflow;
    private final RecordView view = new RecordView();
    private final Set<String> agents = new HashSet<>();
    private final StringBuilder json = new StringBuilder(512).append("{\"agents\":[");
    private @Nullable Sequences sequences;

    WorkflowAgentsQuestion(final String workflow) {
        this.workflow = workflow;
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
            left = index.select(query().upTo(head)).ascending(0);
            sequences = left;
        }
        final EventReads reads = index.reads();
        for (int i = 0; i < STEP_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                return ByteBufUtil.writeUtf8(allocator, json.append("]}"));
            }
            if (reads.at(sequence)) {
                add(reads);
            }
        }
        return null;
    }

    private EventQuery query() {
        return EventQuery.ALL
                .where(IndexField.CORRELATION_ID, escaped(workflow))
                .where(IndexField.CATEGORY, EmitterKind.AGENT.category())
                .where(IndexField.SUBJECT, List.of(Term.prefix(KIND)));
    }

    private void add(final EventReads reads) {
        view.wrap(reads.block(), reads.index());
        final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
        if (subject == null || !agents.add(subject)) {
            return;
        }
        if (agents.size() > AGENTS_MAX) {
            throw new ProblemException(
                    new Problem(
                            400,
                            "this workflow has more than "
                                    + AGENTS_MAX
                                    + " agents; read their events with GET /events?correlation_id="));
        }
        if (json.length() > LENGTH_MAX) {
            throw new ProblemException(
                    new Problem(
                            400,
                            "this answer would have more than "
                                    + LENGTH_MAX
                                    + " bytes; read the events of the agents with"
                                    + " GET /events?correlation_id="));
        }
        final String id = subject.substring(KIND.length());
        json.append(agents.size() == 1 ? "{" : ",{");
        member("agent_id", id).append(',');
        member("agent_name", name(id)).append(',');
        member("workflow_id", workflow).append(',');
        member("first_event_time", IsoTime.append(new StringBuilder(), view.timestampUs()))
                .append(',');
        member("event_type", Aggregates.eventType(EmitterKind.AGENT.category())).append('}');
    }

    /** What the agent calls itself, else the part of its id before the first hyphen. */
    private String name(final String id) {
        final String own = view.dataText("agent_name");
        if (own != null && !own.isEmpty()) {
            return own;
        }
        final int hyphen = id.indexOf('-');
        final String part = hyphen < 0 ? id : id.substring(0, hyphen);
        return part.isEmpty() ? UNKNOWN : part;
    }

    private StringBuilder member(final String name, final CharSequence value) {
        JsonText.quote(json.append('"').append(name).append("\":"), value);
        return json;
    }

    /** A text as it stands in a frame. */
    private static String escaped(final String text) {
        final StringBuilder quoted = new StringBuilder();
        JsonText.quote(quoted, text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
