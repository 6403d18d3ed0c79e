package dev.weft.server.aggregate;

import org.jspecify.annotations.Nullable;

/** Who may emit. */
enum EmitterKind {
    AGENT("Agent", "agent"),
    WORKFLOW("Workflow", "workflow"),
    /** Its events are about a session, or about the system as a whole. */
    SYSTEM("System", "session");

    /** Subject of what the system emits about itself. */
    static final String WHOLE_SYSTEM = "system/system";

    private final String title;
    private final String subjectKind;

    EmitterKind(final String title, final String subjectKind) {
        this.title = title;
        this.subjectKind = subjectKind;
    }

    /** Its name at the beginning of a sentence. */
    String title() {
        return title;
    }

    /** Category of its events. */
    String category() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Subject of an event.
     *
     * @param aggregateId null if the publisher named none.
     */
    String subject(final @Nullable String aggregateId) {
        if (aggregateId == null) {
            return this == SYSTEM ? WHOLE_SYSTEM : subjectKind + '/' + java.util.UUID.randomUUID();
        }
        return this == SYSTEM && aggregateId.equals(Aggregates.SYSTEM_ID)
                ? WHOLE_SYSTEM
                : subjectKind + '/' + aggregateId;
    }
}
