package dev.weft.server.fanout;

/**
 * Bounds of the fan-out of one I/O loop.
 *
 * @param smallGroupLengthMax members up to which a group is served before the larger ones.
 * @param smallWritesPerTurnMax writes to members of small groups after which the loop looks at its
 *     sockets again.
 * @param cohortLength most members that are served one after the other without anything in between.
 * @param writesPerTurnMax writes to members of larger groups after which the loop looks at its
 *     sockets again; a cohort is not divided.
 * @param pendingLengthMax bytes that may wait for a cohort, a longer batch excepted.
 * @param unwrittenLengthMax bytes handed out to all members and not yet written from which on
 *     whoever has not written everything leaves.
 */
public record FanoutConfig(
        int smallGroupLengthMax,
        int smallWritesPerTurnMax,
        int cohortLength,
        int writesPerTurnMax,
        int pendingLengthMax,
        long unwrittenLengthMax) {
    /** Measured with the scenario fairness of the load rig. */
    public static final FanoutConfig DEFAULT =
            new FanoutConfig(8, 128, 32, 32, FanoutAgent.CYCLE_LENGTH_MAX, 64L * 1024 * 1024);

    public FanoutConfig {
        if (smallGroupLengthMax < 0
                || smallWritesPerTurnMax < 1
                || cohortLength < 1
                || writesPerTurnMax < 1
                || pendingLengthMax < 1
                || unwrittenLengthMax < 1) {
            throw new IllegalArgumentException(
                    "smallGroupLengthMax="
                            + smallGroupLengthMax
                            + " smallWritesPerTurnMax="
                            + smallWritesPerTurnMax
                            + " cohortLength="
                            + cohortLength
                            + " writesPerTurnMax="
                            + writesPerTurnMax
                            + " pendingLengthMax="
                            + pendingLengthMax
                            + " unwrittenLengthMax="
                            + unwrittenLengthMax);
        }
    }

    /** The default for each of several loops, which have the memory together. */
    public static FanoutConfig forLoops(final int count) {
        return new FanoutConfig(
                DEFAULT.smallGroupLengthMax,
                DEFAULT.smallWritesPerTurnMax,
                DEFAULT.cohortLength,
                DEFAULT.writesPerTurnMax,
                DEFAULT.pendingLengthMax,
                DEFAULT.unwrittenLengthMax / count);
    }
}
