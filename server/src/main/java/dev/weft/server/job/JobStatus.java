package dev.weft.server.job;

import java.util.Locale;

/** Where a job is, in the order in which it gets there. */
enum JobStatus {
    /** It is there, and nobody says that it waits for somebody to take it. */
    PENDING,
    QUEUED,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** Whether nothing changes it any more. */
    boolean isOver() {
        return compareTo(COMPLETED) >= 0;
    }

    /** As it stands in payloads. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
