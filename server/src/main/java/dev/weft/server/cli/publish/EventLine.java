package dev.weft.server.cli.publish;

import dev.weft.protocol.Limits;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes the JSON text of one event from what a person or a program gives. Every event gets an id,
 * so that sending it again after a lost answer is harmless. The server does the checking; here only
 * that is refused which could not be sent at all.
 */
final class EventLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MESSAGE_CHARACTERS_MAX = Limits.MESSAGE_CHARACTERS_MAX;

    private EventLine() {}

    /** An event from its members; the text of {@code dataJson} goes into it byte for byte. */
    static String of(
            final EventMembers members,
            final @Nullable String dataJson,
            final @Nullable String message) {
        final StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            out.writeStartObject();
            out.writeStringProperty("id", members.id() == null ? newId() : members.id());
            members.optional().forEach(out::writeStringProperty);
            if (message != null) {
                out.writeStringProperty("message", message);
            }
            if (dataJson != null) {
                out.writeName("data");
                out.writeRawValue(dataJson);
            }
            out.writeEndObject();
        }
        return text.toString();
    }

    /**
     * An event from one line of input: a JSON object is an event already; anything else becomes the
     * data, or the message, of one with the given members.
     *
     * @param wrapAll whether objects become data too.
     * @return null if it needs a type and there is none.
     */
    static @Nullable String ofLine(
            final String line, final EventMembers members, final boolean wrapAll) {
        if (!wrapAll) {
            final Set<String> names = memberNames(line);
            if (names != null) {
                final String rest = line.strip().substring(1);
                return names.contains("id")
                        ? line
                        : "{\"id\":\"" + newId() + (names.isEmpty() ? "\"" : "\",") + rest;
            }
        }
        if (members.type() == null) {
            return null;
        }
        if (isJson(line)) {
            return of(members, line.strip(), null);
        }
        return line.codePointCount(0, line.length()) <= MESSAGE_CHARACTERS_MAX
                ? of(members, null, line)
                : of(members, quoted(line), null);
    }

    /** Whether a text is one JSON value and nothing else. */
    static boolean isJson(final String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (final JacksonException ex) {
            return false;
        }
    }

    private static @Nullable Set<String> memberNames(final String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            final Set<String> names = new HashSet<>();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
            return parser.nextToken() == null ? names : null;
        } catch (final JacksonException ex) {
            return null;
        }
    }

    private static String quoted(final String text) {
        final StringWriter quoted = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), quoted)) {
            out.writeString(text);
        }
        return quoted.toString();
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }
}
