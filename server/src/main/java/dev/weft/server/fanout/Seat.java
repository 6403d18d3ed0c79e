package dev.weft.server.fanout;

import org.jspecify.annotations.Nullable;

/** A member's place in a group, or none. Written by the fan-out only. */
public final class Seat {
    @Nullable Cohort cohort;
    int index;

    /** Whether the member is in a group. */
    public boolean isTaken() {
        return cohort != null;
    }
}
