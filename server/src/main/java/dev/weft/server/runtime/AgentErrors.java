package dev.weft.server.runtime;

import org.agrona.concurrent.Agent;

/** What becomes of an agent whose duty cycle threw. Called on the agent's thread. */
@FunctionalInterface
public interface AgentErrors {
    /**
     * Takes note of it.
     *
     * @return whether the agent may go on; false ends it.
     */
    boolean onError(Agent agent, Throwable error);
}
