package dev.weft.server.cli.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A page as the server answers it.
 *
 * @param events each as it stands there, byte for byte.
 * @param nextCursor where the next page begins, null if this is the last one.
 */
record EventPage(List<String> events, long total, @Nullable String nextCursor) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads an answer.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON.
     */
    static EventPage parse(final String body) {
        final List<String> events = new ArrayList<>();
        long total = 0;
        String nextCursor = null;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                final String name = parser.currentName();
                final JsonToken value = parser.nextToken();
                if (name.equals("events") && value == JsonToken.START_ARRAY) {
                    readEvents(parser, body, events);
                } else if (name.equals("total") && value == JsonToken.VALUE_NUMBER_INT) {
                    total = parser.getLongValue();
                } else if (name.equals("next_cursor") && value == JsonToken.VALUE_STRING) {
                    nextCursor = parser.getString();
                } else {
                    parser.skipChildren();
                }
            }
        }
        return new EventPage(List.copyOf(events), total, nextCursor);
    }

    private static void readEvents(
            final JsonParser parser, final String body, final List<String> events) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            final int from = (int) parser.currentTokenLocation().getCharOffset();
            parser.skipChildren();
            events.add(body.substring(from, (int) parser.currentLocation().getCharOffset()));
        }
    }
}
