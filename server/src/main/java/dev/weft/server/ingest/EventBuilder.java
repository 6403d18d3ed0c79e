package dev.weft.server.ingest;

import dev.weft.protocol.json.JsonText;

/**
 * Puts an event together that the server itself publishes, see {@link ServerEvents}. For one event.
 */
public final class EventBuilder {
    private final StringBuilder json = new StringBuilder(256);
    private String sourceKind = "kernel_api";
    private String sourceEvent = "";

    public EventBuilder(final String type) {
        text("type", type);
    }

    /** Another origin than the server itself: it passes on what it got from there. */
    public EventBuilder sourceKind(final String kind) {
        sourceKind = kind;
        return this;
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

    /** An id of its own: the same event made twice is appended once. */
    public EventBuilder id(final String id) {
        return text("id", id);
    }

    public EventBuilder runId(final String runId) {
        return text("run_id", runId);
    }

    public EventBuilder stepId(final String stepId) {
        return text("step_id", stepId);
    }

    public EventBuilder correlationId(final String correlationId) {
        return text("correlation_id", correlationId);
    }

    public EventBuilder causationId(final String causationId) {
        return text("causation_id", causationId);
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
        JsonText.quote(whole.append("{\"source\":{\"kind\":"), sourceKind);
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
