package dev.weft.server.ingest;

import dev.weft.protocol.json.JsonText;

/**
 * Puts an event together that the server itself publishes, see {@link ServerEvents}. For one event.
 */
public final class EventBuilder {
    private final StringBuilder json = new StringBuilder(256);
    private String sourceEvent = "";

    public EventBuilder(final String type) {
        text("type", type);
    }

    /** What in the server made it. */
    public EventBuilder sourceEvent(final String event) {
        sourceEvent = event;
        return this;
    }

    public EventBuilder category(final String category) {
        return text("category", category);
    }

    public EventBuilder subject(final String subject) {
        return text("subject", subject);
    }

    public EventBuilder message(final String message) {
        return text("message", message);
    }

    /** Sets the data, which is JSON already. */
    public EventBuilder data(final CharSequence value) {
        json.append(",\"data\":").append(value);
        return this;
    }

    /** The whole event as a caller would send it. */
    String json() {
        final StringBuilder whole = new StringBuilder(json.length() + 80);
        whole.append("{\"source\":{\"kind\":\"kernel_api\"");
        if (!sourceEvent.isEmpty()) {
            JsonText.quote(whole.append(",\"event\":"), sourceEvent);
        }
        return whole.append('}').append(json).append('}').toString();
    }

    private EventBuilder text(final String name, final String value) {
        json.append(",\"").append(name).append("\":");
        JsonText.quote(json, value);
        return this;
    }
}
