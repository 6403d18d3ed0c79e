package dev.weft.bench.history;

import org.jspecify.annotations.Nullable;

/**
 * One event of the mix. Its texts need no escapes in JSON, SQL or tables of text.
 *
 * @param data the JSON of its data.
 */
record MixEvent(
        String type,
        String category,
        String subject,
        @Nullable String correlationId,
        @Nullable String runId,
        String data) {
    /** Appends it as it is published. */
    void json(final StringBuilder text) {
        text.append("{\"type\":\"")
                .append(type)
                .append("\",\"category\":\"")
                .append(category)
                .append("\",\"subject\":\"")
                .append(subject)
                .append('"');
        if (correlationId != null) {
            text.append(",\"correlation_id\":\"").append(correlationId).append('"');
        }
        if (runId != null) {
            text.append(",\"run_id\":\"").append(runId).append('"');
        }
        text.append(",\"data\":").append(data).append('}');
    }

    /** Terms under which it can be found: type, category, subject, its kind, and its ids. */
    int termCount() {
        return 4 + (correlationId == null ? 0 : 1) + (runId == null ? 0 : 1);
    }
}
