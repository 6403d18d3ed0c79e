package dev.weft.server.bridge;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The members of an envelope that entries and channels are named by.
 *
 * @param subject empty if the event has none.
 */
record EnvelopeFields(String type, String category, String subject) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads an envelope, no further than it needs: members stand in a fixed order. */
    static EnvelopeFields of(final byte[] envelope) {
        String type = "";
        String category = "";
        String subject = "";
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), envelope)) {
            while (parser.nextToken() != null && !"event".equals(parser.currentName())) {
                // seq
            }
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME && subject.isEmpty()) {
                final String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "type" -> type = parser.getString();
                    case "category" -> category = parser.getString();
                    case "subject" -> subject = parser.getString();
                    default -> parser.skipChildren();
                }
                if (!category.isEmpty() && !name.equals("category")) {
                    break; // the subject comes right behind it, or not at all
                }
            }
        }
        return new EnvelopeFields(type, category, subject);
    }

    /** What stands in a place of a template. */
    @Nullable String value(final String place) {
        return switch (place) {
            case "type" -> type;
            case "category" -> category;
            case "subject" -> subject;
            default -> null;
        };
    }
}
