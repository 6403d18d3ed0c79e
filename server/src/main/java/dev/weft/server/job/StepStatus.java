package dev.weft.server.job;

/** Where a step of a job is. */
enum StepStatus {
    /** It was announced. */
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    /** Its job ended without it, or it says so. */
    SKIPPED;

    boolean isOver() {
        return compareTo(COMPLETED) >= 0;
    }
}
