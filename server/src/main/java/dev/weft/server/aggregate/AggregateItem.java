package dev.weft.server.aggregate;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.record.IsoTime;
import dev.weft.server.record.RecordView;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as items by aggregate: {@code "event_id":…,"aggregate_id":…,…,"session_id":…}.
 * Every member is always there, {@code null} if the event has nothing for it. One thread.
 */
final class AggregateItem {
    private static final int CATEGORY = RecordDescriptor.CATEGORY_OFFSET;

    private final RecordView view = new RecordView();
    private final StringBuilder json = new StringBuilder(512);

    /** Writes the members of one event, without braces. */
    void write(final BlockFlyweight block, final int index, final ByteBuf target) {
        view.wrap(block, index);
        final String category = required(CATEGORY);
        final String subject = view.text(RecordDescriptor.SUBJECT_OFFSET);
        final String aggregateId = id(subject);
        final String correlation = view.text(RecordDescriptor.CORRELATION_ID_OFFSET);
        final String causation = view.text(RecordDescriptor.CAUSATION_ID_OFFSET);
        final boolean isAgent = category.equals(EmitterKind.AGENT.category());
        final boolean isWorkflow = category.equals(EmitterKind.WORKFLOW.category());
        final String workflow = isAgent ? correlation : isWorkflow ? aggregateId : null;
        json.setLength(0);
        JsonText.quote(json.append("\"event_id\":"), required(RecordDescriptor.ID_OFFSET));
        member("aggregate_id", aggregateId);
        member("aggregate_type", Aggregates.aggregateType(category));
        member("event_type", Aggregates.eventType(category));
        member("event_name", required(RecordDescriptor.TYPE_OFFSET));
        member("timestamp", timestamp());
        json.append(",\"attributes\":");
        flush(target);
        view.writeDataAsObject(target);
        member("correlation_id", workflow == null ? correlation : workflow);
        member("causation_id", causation);
        member("agent_name", isAgent ? orEmpty(view.dataText("agent_name")) : null);
        member("agent_id", isAgent ? aggregateId : null);
        member("parent_agent_id", isAgent ? causation : null);
        member("workflow_id", workflow);
        member("user_prompt", isWorkflow ? view.dataText("user_prompt") : null);
        member("session_id", isAbout(subject, "session/") ? aggregateId : null);
        flush(target);
    }

    /** The caller's time as given, else that of the append, in UTC and without a zone. */
    String timestamp() {
        final String occurredAt = view.occurredAt();
        if (occurredAt == null) {
            return naive(view.timestampUs());
        }
        final boolean isNumber = occurredAt.indexOf('-') < 0;
        return isNumber ? naive(Long.parseLong(occurredAt)) : occurredAt;
    }

    private static String naive(final long epochUs) {
        return IsoTime.append(new StringBuilder(), epochUs).toString();
    }

    private String required(final int field) {
        final String text = view.text(field);
        return text == null ? "" : text;
    }

    private void member(final String name, final @Nullable String value) {
        json.append(",\"").append(name).append("\":");
        if (value == null) {
            json.append("null");
        } else {
            JsonText.quote(json, value);
        }
    }

    private void flush(final ByteBuf target) {
        target.writeCharSequence(json, StandardCharsets.UTF_8);
        json.setLength(0);
    }

    private static boolean isAbout(final @Nullable String subject, final String kind) {
        return subject != null && subject.startsWith(kind);
    }

    private static String orEmpty(final @Nullable String text) {
        return text == null ? "" : text;
    }

    /** What stands behind the slash of a subject. */
    static @Nullable String id(final @Nullable String subject) {
        return subject == null ? null : subject.substring(subject.indexOf('/') + 1);
    }
}
