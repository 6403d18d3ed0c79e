package dev.weft.server.runtime;

/**
 * Tells an agent that there is work. Any thread may call it; calls before the agent has run again
 * count as one. It neither blocks nor allocates.
 */
@FunctionalInterface
public interface Signal {
    void signal();
}
