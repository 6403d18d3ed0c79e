package dev.weft.server.driver;

/**
 * One run that is asked of a session. Immutable.
 *
 * @param sequence of its {@code run.requested}.
 * @param json the RunAgentInput of AG-UI, one line.
 */
public record RunInput(String runId, String threadId, long sequence, String json) {}
