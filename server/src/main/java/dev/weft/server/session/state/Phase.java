package dev.weft.server.session.state;

import java.util.List;
import java.util.Locale;

/** Where a session stands. */
public enum Phase {
    /** Nobody has begun to make it run. */
    PENDING,
    /** Somebody makes it run. */
    CREATING,
    RUNNING,
    STOPPING,
    STOPPED,
    COMPLETED,
    FAILED,
    /** There are events about it, but the server never made it. */
    UNKNOWN;

    /** What callers can ask for by name, and see. */
    public static final List<String> STATUSES =
            List.of("pending", "running", "stopping", "stopped", "completed", "failed");

    /** What callers see. */
    public String status() {
        return this == CREATING || this == UNKNOWN
                ? PENDING.status()
                : name().toLowerCase(Locale.ROOT);
    }

    /** Whether somebody has, or is to have, work with it. */
    public boolean isActive() {
        return this == PENDING || this == CREATING || this == RUNNING || this == STOPPING;
    }

    /** Whether it ended by itself. */
    public boolean isEnded() {
        return this == COMPLETED || this == FAILED;
    }

    /** Whether it is on its way to running. */
    public boolean isStarting() {
        return this == PENDING || this == CREATING;
    }
}
