package dev.weft.server.runtime;

/** What becomes of an agent whose duty cycle threw. Called on the agent's thread. */
@FunctionalInterface
public interface AgentErrors {
    /**
     * Takes note of it.
     *
     * @return whether the agent may go on; false ends it.
     */
    boolean onError(String agent, Throwable error);
}
