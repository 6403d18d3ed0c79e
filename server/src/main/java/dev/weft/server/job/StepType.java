package dev.weft.server.job;

/** What a step is; in small letters in payloads. */
enum StepType {
    COMMAND,
    AI_ACTION,
    GATE,
    ARTIFACT
}
