package dev.weft.server.agui;

import org.jspecify.annotations.Nullable;

/** An event of a session as the journal has it. Immutable. */
public final class StoredEvent {
    private final String type;
    private final @Nullable String runId;
    private final long timestampUs;
    private final byte[] json;

    /**
     * @param type its type; what is no type of AG-UI and not {@link RunInput#EVENT_TYPE} is passed
     *     over.
     * @param runId the run it belongs to, null for none.
     * @param timestampUs when it was appended, in microseconds since the epoch.
     * @param json its data; empty if it has none. Not to be changed.
     */
    public StoredEvent(
            final String type,
            final @Nullable String runId,
            final long timestampUs,
            final byte[] json) {
        this.type = type;
        this.runId = runId;
        this.timestampUs = timestampUs;
        this.json = json;
    }

    String type() {
        return type;
    }

    @Nullable String runId() {
        return runId;
    }

    long timestampUs() {
        return timestampUs;
    }

    byte[] json() {
        return json;
    }
}
