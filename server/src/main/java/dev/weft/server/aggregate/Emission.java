package dev.weft.server.aggregate;

import dev.weft.protocol.Problem;
import dev.weft.protocol.TimeText;
import dev.weft.protocol.event.TextRules;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.Translation;
import dev.weft.server.record.IsoTime;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code {name, attributes, timestamp, aggregate_id, causation_id, correlation_id}} and makes
 * an event of it: the name becomes the type, the attributes the data, byte for byte. Other members
 * are passed over. One per kind; stateless.
 */
final class Emission implements Translation {
    private static final Pattern RFC_3339 =
            Pattern.compile(
                    "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})");

    private final EmitterKind kind;

    Emission(final EmitterKind kind) {
        this.kind = kind;
    }

    @Override
    public Translated translate(final byte[] body) {
        final Members members = new Members();
        try (JsonParser parser = JsonMapper.shared().createParser(body)) {
            members.read(parser, body);
        } catch (final JacksonException ex) {
            throw refused(
                    "malformed JSON at offset "
                            + Math.max(
                                    0,
                                    ex.getLocation() == null ? 0 : ex.getLocation().getByteOffset())
                            + ": "
                            + ex.getOriginalMessage());
        }
        members.check();
        return new Emitted(
                members, Objects.requireNonNull(members.name), occurredAt(members.timestamp));
    }

    /** One event that is emitted. */
    private final class Emitted implements Translated {
        private final Members members;
        private final String eventName;
        private final @Nullable String occurredAt;

        Emitted(final Members members, final String eventName, final @Nullable String occurredAt) {
            this.members = members;
            this.eventName = eventName;
            this.occurredAt = occurredAt;
        }

        @Override
        public byte[] event() {
            final StringBuilder json = new StringBuilder(256);
            JsonText.quote(json.append("{\"type\":"), eventName);
            json.append(",\"category\":\"").append(kind.category()).append('"');
            member(json, "subject", kind.subject(members.aggregateId));
            member(json, "correlation_id", members.correlationId);
            member(json, "causation_id", members.causationId);
            member(json, "occurred_at", occurredAt);
            final ByteArrayOutputStream event = new ByteArrayOutputStream(json.length() + 16);
            event.writeBytes(json.append(",\"data\":").toString().getBytes(StandardCharsets.UTF_8));
            event.writeBytes(members.attributes);
            event.write('}');
            return event.toByteArray();
        }

        @Override
        public CharSequence answer(final Appended appended) {
            final StringBuilder json = new StringBuilder(256).append("{\"success\":true");
            member(json, "event_id", appended.id());
            member(
                    json,
                    "message",
                    kind.title() + " event '" + eventName + "' emitted successfully");
            member(
                    json,
                    "timestamp",
                    occurredAt == null
                            ? IsoTime.append(new StringBuilder(), appended.timestampUs()).toString()
                            : occurredAt);
            return json.append('}');
        }
    }

    private static void member(
            final StringBuilder json, final String name, final @Nullable String value) {
        if (value != null) {
            JsonText.quote(json.append(",\"").append(name).append("\":"), value);
        }
    }

    /** The caller's time as an event keeps it; its zone stays if it has one that is written so. */
    private static @Nullable String occurredAt(final @Nullable String timestamp) {
        if (timestamp == null) {
            return null;
        }
        final long asGiven = TimeText.time(timestamp);
        final long us = asGiven == TimeText.INVALID ? TimeText.time(timestamp + 'Z') : asGiven;
        if (us == TimeText.INVALID) {
            throw refused("timestamp: must be a time in ISO 8601, such as 2026-01-13T14:30:00Z");
        }
        return RFC_3339.matcher(timestamp).matches()
                ? timestamp
                : IsoTime.append(new StringBuilder(), us).append('Z').toString();
    }

    private static ProblemException refused(final String detail) {
        return new ProblemException(new Problem(400, detail));
    }

    /** What a body says. */
    private static final class Members {
        private @Nullable String name;
        private byte[] attributes = {'{', '}'};
        private @Nullable String timestamp;
        private @Nullable String aggregateId;
        private @Nullable String causationId;
        private @Nullable String correlationId;

        void read(final JsonParser parser, final byte[] body) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw refused("the body must be one JSON object");
            }
            final Set<String> seen = new HashSet<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                final String member = parser.currentName();
                parser.nextToken();
                if (!seen.add(member)) {
                    throw refused("a member is given twice");
                }
                switch (member) {
                    case "name" -> name = text(parser, member);
                    case "attributes" -> attributes = object(parser, body);
                    case "timestamp" -> timestamp = text(parser, member);
                    case "aggregate_id" -> aggregateId = text(parser, member);
                    case "causation_id" -> causationId = text(parser, member);
                    case "correlation_id" -> correlationId = text(parser, member);
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw refused("nothing may follow the object");
            }
        }

        void check() {
            if (name == null) {
                throw refused("name: is required");
            }
            if (!TextRules.isCallersType(name)) {
                throw refused(
                        "name: must be [A-Za-z][A-Za-z0-9._:/-]{0,127} and not begin with weft. or journal. or be stream.complete");
            }
            if (aggregateId != null && !TextRules.isSubjectId(aggregateId)) {
                throw refused("aggregate_id: must be 1 to 200 of [A-Za-z0-9._:@-]");
            }
        }

        /** A text, or null for null. */
        private static @Nullable String text(final JsonParser parser, final String member) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw refused(member + ": must be a string");
            }
            return parser.getString();
        }

        /** The bytes of an object. */
        private static byte[] object(final JsonParser parser, final byte[] body) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return new byte[] {'{', '}'};
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw refused("attributes: must be an object");
            }
            final int from = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            final int to = (int) parser.currentLocation().getByteOffset();
            return java.util.Arrays.copyOfRange(body, from, to);
        }
    }
}
