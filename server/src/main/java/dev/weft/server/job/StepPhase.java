package dev.weft.server.job;

/** Which part of a job a step belongs to; in small letters in payloads. */
enum StepPhase {
    SETUP,
    EXECUTION,
    VALIDATION,
    CLEANUP
}
