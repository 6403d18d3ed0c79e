package dev.weft.server.sequencer;

import java.util.function.LongSupplier;

/**
 * The wall clock, but a jump forward is believed only when it lasts. A wrong hour that went into
 * the journal would stay: time there never goes back. A step back is passed on; whoever needs order
 * takes the later of this and what it had. ADR "time rule". Thread: the sequencer's.
 */
public final class PlausibleClock implements LongSupplier {
    /** A larger jump than this has to last. */
    static final long JUMP_MAX_US = 3_600_000_000L;

    /** So long, in nanoseconds of the monotonic clock. */
    static final long JUMP_BELIEVED_AFTER_NS = 60_000_000_000L;

    private static final long NS_PER_US = 1_000;

    private final LongSupplier wallUs;
    private final LongSupplier monotonicNs;
    private long baseWallUs; // last pair of readings that was believed
    private long baseNs;
    private long jumpedAtNs;
    private boolean jumped;

    /**
     * Takes the first reading as it is.
     *
     * @param wallUs microseconds since the epoch.
     * @param monotonicNs {@link System#nanoTime}.
     */
    public PlausibleClock(final LongSupplier wallUs, final LongSupplier monotonicNs) {
        this.wallUs = wallUs;
        this.monotonicNs = monotonicNs;
        baseWallUs = wallUs.getAsLong();
        baseNs = monotonicNs.getAsLong();
    }

    @Override
    public long getAsLong() {
        final long wall = wallUs.getAsLong();
        final long nowNs = monotonicNs.getAsLong();
        final long expected = baseWallUs + (nowNs - baseNs) / NS_PER_US;
        if (wall - expected > JUMP_MAX_US) {
            if (!jumped) {
                jumped = true;
                jumpedAtNs = nowNs;
            }
            if (nowNs - jumpedAtNs < JUMP_BELIEVED_AFTER_NS) {
                return expected;
            }
        }
        jumped = false;
        baseWallUs = wall;
        baseNs = nowNs;
        return wall;
    }
}
