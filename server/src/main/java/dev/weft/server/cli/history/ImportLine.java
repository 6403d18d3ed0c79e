package dev.weft.server.cli.history;

import dev.weft.server.record.Uuids;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes an event that can be published of a line of an export, or of a line that is an event
 * already. Every member stays byte for byte; only {@code ts}, which the server gives anew, becomes
 * {@code occurred_at} if there is none. Stateless.
 */
final class ImportLine {
    private static final JsonFactory JSON = new JsonFactory();

    private ImportLine() {}

    /**
     * The event, with an id: its own, else one that is made of the line and its number, so that the
     * same line of the same file is always the same event.
     *
     * @return null for a line that tells a gap.
     * @throws IllegalArgumentException if the line is no JSON object.
     */
    static @Nullable String event(final String line, final long number) {
        final List<Member> members = members(line, 0, line.length());
        final Member envelope = find(members, "event");
        if (envelope == null || find(members, "type") != null) {
            return find(members, "weft.gap") != null ? null : event(line, members, line, number);
        }
        return event(line, members(line, envelope.valueFrom, envelope.valueTo), line, number);
    }

    /** A member and where its value stands in the line. */
    private record Member(String name, int from, int valueFrom, int valueTo) {}

    private static String event(
            final String text, final List<Member> members, final String line, final long number) {
        final StringBuilder event = new StringBuilder(text.length() + 64).append('{');
        if (find(members, "id") == null) {
            event.append("\"id\":\"").append(Uuids.of(number + ":" + line)).append("\",");
        }
        for (final Member member : members) {
            final boolean isTime = member.name.equals("ts");
            if (isTime && find(members, "occurred_at") == null) {
                event.append("\"occurred_at\":")
                        .append(text, member.valueFrom, member.valueTo)
                        .append(',');
            } else if (!isTime) {
                event.append(text, member.from, member.valueTo).append(',');
            }
        }
        if (event.length() > 1) {
            event.setLength(event.length() - 1);
        }
        return event.append('}').toString();
    }

    private static @Nullable Member find(final List<Member> members, final String name) {
        for (final Member member : members) {
            if (member.name.equals(name)) {
                return member;
            }
        }
        return null;
    }

    private static List<Member> members(final String line, final int from, final int to) {
        final List<Member> members = new ArrayList<>();
        try (JsonParser parser =
                JSON.createParser(ObjectReadContext.empty(), line.substring(from, to))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no JSON object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                final String name = parser.currentName();
                final int at = from + (int) parser.currentTokenLocation().getCharOffset();
                parser.nextToken();
                final int valueFrom = from + (int) parser.currentTokenLocation().getCharOffset();
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    parser.finishToken();
                } else {
                    parser.skipChildren();
                }
                members.add(
                        new Member(
                                name,
                                at,
                                valueFrom,
                                from + (int) parser.currentLocation().getCharOffset()));
            }
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more than one JSON value");
            }
        } catch (final JacksonException ex) {
            throw new IllegalArgumentException("no JSON: " + ex.getOriginalMessage(), ex);
        }
        return members;
    }
}
