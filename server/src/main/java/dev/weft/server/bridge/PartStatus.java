package dev.weft.server.bridge;

import dev.weft.server.counters.Counter;

/**
 * How one part of the bridge is doing. Written by its thread, but for what says otherwise; read by
 * any.
 */
public final class PartStatus {
    /** What it does. */
    public enum State {
        /** On its way to one of its two sides. */
        CONNECTING,
        /** Another bridge has the consumer group. */
        STANDBY,
        RUNNING,
        /** Ended, because trying again is of no use. */
        FAILED,
        STOPPED
    }

    /** Entries, messages or events that went over. */
    public final Counter passed = new Counter();

    /** What had gone over before and came again, and was left out. */
    public final Counter repeated = new Counter();

    /** What could not be an event, and was told in one. */
    public final Counter rejected = new Counter();

    /** Messages, or events, that are known to be lost. Writer: who receives them. */
    public final Counter lost = new Counter();

    /** Times that one of its sides was away. */
    public final Counter breaks = new Counter();

    /** Times that it had to wait for room on the other side. */
    public final Counter waits = new Counter();

    private final String name;
    private volatile State state = State.CONNECTING;
    private volatile String reason = "";

    PartStatus(final String name) {
        this.name = name;
    }

    /** Such as {@code stream_in}. */
    public String name() {
        return name;
    }

    public State state() {
        return state;
    }

    /** Why it is not running; empty if it is. */
    public String reason() {
        return reason;
    }

    void state(final State newState, final String newReason) {
        reason = newReason;
        state = newState;
    }
}
