package dev.weft.server.bridge;

import dev.weft.protocol.Limits;
import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.fabric.EventBatch;
import dev.weft.server.bridge.fabric.EventName;
import dev.weft.server.bridge.fabric.JsonBytes;
import dev.weft.server.bridge.plan.BridgePlan.Mapping;
import dev.weft.server.bridge.plan.Template;
import dev.weft.server.bridge.valkey.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of entries and messages, each checked by the rules of every publish. What cannot be
 * one becomes an event {@code bridge.rejected} that says why, so nothing is lost and nothing is
 * held up. One thread.
 */
final class EventMapper {
    /** Bytes of what was rejected that are told at most. */
    private static final int SHOWN_LENGTH_MAX = 64 * 1024;

    private static final int SUBJECT_LENGTH_MAX = Limits.SUBJECT_ID_LENGTH_MAX;
    private static final int TYPE_LENGTH_MAX = Limits.TYPE_LENGTH_MAX;
    private static final String TYPE_MARKS = "._:/-";
    private static final String SUBJECT_MARKS = "._:@-";

    /** Times of entries that are times, in milliseconds: 2001 to 2100. */
    private static final long TIME_MIN_MS = 978_307_200_000L;

    private static final long TIME_MAX_MS = 4_102_444_800_000L;

    private final String bridge;
    private final Mapping mapping;
    private final String sourceEvent;
    private final EventParser parser;
    private final DataBytes data = new DataBytes();
    private final JsonBytes dataBytes = new JsonBytes();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(4 * 1024);

    /**
     * Makes a mapper.
     *
     * @param sourceEvent what the source of its events is called, such as {@code valkey.stream}.
     * @param rules which categories there are.
     */
    EventMapper(
            final String bridge,
            final Mapping mapping,
            final String sourceEvent,
            final EventRules rules) {
        this.bridge = bridge;
        this.mapping = mapping;
        this.sourceEvent = sourceEvent;
        parser = new EventParser(rules, new EventIds());
    }

    /**
     * Adds the event of an entry.
     *
     * @param fields names and values in turn, as bytes.
     * @return whether it is the entry's; otherwise it says why it is not.
     */
    boolean entry(
            final EventName name,
            final EntryId entry,
            final List<?> fields,
            final EventBatch batch) {
        dataBytes.length(0);
        data.fields(fields, dataBytes);
        final long ms = entry.milliseconds();
        final boolean isTime = ms >= TIME_MIN_MS && ms < TIME_MAX_MS;
        return add(name, List.of(), isTime ? ms * 1_000 : 0, batch);
    }

    /**
     * Adds the event of a message.
     *
     * @param captures what the wildcards of the pattern stand for.
     * @return whether it is the message's; otherwise it says why it is not.
     */
    boolean message(
            final EventName name,
            final List<String> captures,
            final byte[] payload,
            final EventBatch batch) {
        dataBytes.length(0);
        data.payload(payload, dataBytes);
        return add(name, captures, 0, batch);
    }

    private boolean add(
            final EventName name,
            final List<String> captures,
            final long occurredAtUs,
            final EventBatch batch) {
        final Function<String, @Nullable String> values = place -> value(place, name, captures);
        final String type = mapping.type().fill(clean(values, TYPE_MARKS, TYPE_LENGTH_MAX));
        final String subject =
                mapping.subject().fill(clean(values, SUBJECT_MARKS, SUBJECT_LENGTH_MAX));
        if (type == null || subject == null) {
            final Template template = type == null ? mapping.type() : mapping.subject();
            reject(
                    name,
                    (type == null ? "type" : "subject")
                            + ": there is no "
                            + template.missing(values)
                            + " for "
                            + template,
                    dataBytes,
                    batch);
            return false;
        }
        final JsonBytes json = head(batch.begin(), type, mapping.category(), subject, name);
        if (occurredAtUs > 0) {
            json.ascii(",\"occurred_at\":").ascii(Long.toString(occurredAtUs));
        }
        json.ascii(",\"data\":").raw(dataBytes.bytes(), 0, dataBytes.length()).ascii("}");
        final String problem = problem(json, batch.begun());
        if (problem == null) {
            batch.end(name);
            return true;
        }
        batch.rollback();
        reject(name, problem, dataBytes, batch);
        return false;
    }

    private JsonBytes head(
            final JsonBytes json,
            final String type,
            final String category,
            final String subject,
            final EventName name) {
        json.ascii("{\"type\":").text(type);
        json.ascii(",\"category\":").text(category);
        json.ascii(",\"subject\":").text(subject);
        json.ascii(",\"id\":").text(name.id());
        if (!name.causationId().isEmpty()) {
            json.ascii(",\"causation_id\":").text(name.causationId());
        }
        json.ascii(",\"source\":{\"kind\":\"local_process\",\"event\":\"").ascii(sourceEvent);
        json.ascii("\",\"metadata\":{\"bridge\":").text(bridge);
        if (!name.name().isEmpty()) {
            json.ascii(name.entry().isEmpty() ? ",\"channel\":" : ",\"key\":").text(name.name());
        }
        if (!name.entry().isEmpty()) {
            json.ascii(",\"entry\":").text(name.entry());
        }
        return json.ascii("}}");
    }

    /** What is wrong with the event that was begun, null if nothing is. */
    private @Nullable String problem(final JsonBytes json, final int from) {
        final int length = json.length() - from;
        if (length > Limits.EVENT_LENGTH_MAX) {
            return "an event may have at most " + Limits.EVENT_LENGTH_MAX + " bytes";
        }
        scratch.checkLimit(EventParser.recordLengthMax(length));
        parser.wrap(json.bytes(), json.length());
        return parser.parseOnly(from, scratch.byteArray(), 0) == EventParser.FAILED
                ? parser.error().detail()
                : null;
    }

    /** Puts in the place of an event that the server has refused one that says so. */
    void reject(final int index, final String reason, final EventBatch batch) {
        final List<byte[]> events = new ArrayList<>();
        final List<EventName> names = new ArrayList<>();
        for (int i = 0; i < batch.count(); i++) {
            events.add(batch.event(i));
            names.add(batch.name(i));
        }
        batch.clear();
        for (int i = 0; i < events.size(); i++) {
            if (i == index) {
                dataBytes.length(0);
                reject(names.get(i), reason, dataBytes.raw(events.get(i)), batch);
            } else {
                batch.begin().raw(events.get(i));
                batch.end(names.get(i));
            }
        }
    }

    private void reject(
            final EventName name,
            final String reason,
            final JsonBytes content,
            final EventBatch batch) {
        final JsonBytes json = head(batch.begin(), "bridge.rejected", "system", subject(), name);
        final int length = content.length();
        json.ascii(",\"message\":").text(reason).ascii(",\"data\":{\"reason\":").text(reason);
        json.ascii(",\"length\":").ascii(Integer.toString(length));
        if (length <= SHOWN_LENGTH_MAX) {
            final int before = json.length();
            json.ascii(",\"data\":").raw(content.bytes(), 0, length).ascii("}}");
            if (problem(json, batch.begun()) == null) {
                batch.end(name);
                return;
            }
            json.length(before);
        }
        final byte[] begin = new byte[Math.min(length, SHOWN_LENGTH_MAX)];
        System.arraycopy(content.bytes(), 0, begin, 0, begin.length);
        json.ascii(",\"text\":").text(new String(begin, StandardCharsets.UTF_8)).ascii("}}");
        batch.end(name);
    }

    /**
     * Adds an event about the bridge itself.
     *
     * @param members of its data, JSON with a leading comma.
     */
    void tell(
            final String type,
            final EventName name,
            final String message,
            final String members,
            final EventBatch batch) {
        head(batch.begin(), type, "system", subject(), name)
                .ascii(",\"message\":")
                .text(message)
                .ascii(",\"data\":{\"part\":\"")
                .ascii(sourceEvent)
                .ascii("\"")
                .ascii(members)
                .ascii("}}");
        batch.end(name);
    }

    private String subject() {
        return "bridge/" + bridge;
    }

    private @Nullable String value(
            final String place, final EventName name, final List<String> captures) {
        if (place.equals("name")) {
            return name.name();
        }
        if (place.startsWith("data.")) {
            return DataBytes.member(dataBytes.bytes(), 0, dataBytes.length(), place);
        }
        final int capture = Integer.parseInt(place);
        return capture <= captures.size() ? captures.get(capture - 1) : null;
    }

    /** Values in which what the member cannot have is an underscore. */
    private static Function<String, @Nullable String> clean(
            final Function<String, @Nullable String> values,
            final String marks,
            final int lengthMax) {
        return place -> {
            final String value = values.apply(place);
            return value == null ? null : clean(value, marks, lengthMax);
        };
    }

    private static String clean(final String value, final String marks, final int lengthMax) {
        final StringBuilder clean = new StringBuilder(Math.min(value.length(), lengthMax));
        for (int i = 0; i < value.length() && clean.length() < lengthMax; i++) {
            final char c = value.charAt(i);
            final boolean isPlain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || marks.indexOf(c) >= 0;
            clean.append(isPlain ? c : '_');
        }
        return clean.toString();
    }
}
