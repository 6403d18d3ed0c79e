package dev.weft.server.fanout;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what was encoded, and when: members of small groups first, then cohorts of larger ones,
 * both in turn and a bounded number of writes at a time. So a crowd does not hold up those who are
 * few, and neither holds up the sockets from which the next events come. While somebody waits, what
 * he has to get becomes more, and he gets all of that with one flush. What waits is bounded: when
 * it is too much for a cohort, that one is served whosever turn it is. Thread: the I/O loop.
 */
final class Turns {
    /** Nothing went out. */
    static final long NOTHING = Long.MAX_VALUE;

    private final FanoutConfig config;
    private final FanoutCounters counters;
    private final Unwritten unwritten = new Unwritten();
    private final ArrayDeque<Cohort> few = new ArrayDeque<>(); // of small groups, with something
    private final ArrayDeque<Cohort> crowd = new ArrayDeque<>(); // pending, as those of larger ones
    private Runnable giveWay = () -> {};
    private long cycleBegin;
    private long nextSequence;
    private long timestamp;
    private long oldestServed = NOTHING;

    Turns(final FanoutConfig config, final FanoutCounters counters) {
        this.config = config;
        this.counters = counters;
    }

    /** Sets what lets other threads have the core for a moment. */
    void giveWayBy(final Runnable pause) {
        giveWay = pause;
    }

    FanoutConfig config() {
        return config;
    }

    private boolean isSmall(final Group group) {
        return group.size() <= config.smallGroupLengthMax();
    }

    /** What was handed out and is not yet written. */
    Unwritten unwritten() {
        return unwritten;
    }

    boolean isQueueEmpty() {
        return few.isEmpty() && crowd.isEmpty();
    }

    /** First sequence that not everybody has got. */
    long oldestStanding(final long sequence) {
        return Math.min(standing(few.peek(), sequence), standing(crowd.peek(), sequence));
    }

    private static long standing(final @Nullable Cohort cohort, final long sequence) {
        return cohort == null ? sequence : cohort.standing(sequence);
    }

    /** Begins a cycle's deliveries; see {@link GroupTable#deliver}. */
    void begin(final long cycleFrom, final long cycleTo, final long oldestTimestamp) {
        cycleBegin = cycleFrom;
        nextSequence = cycleTo;
        timestamp = oldestTimestamp;
        oldestServed = NOTHING;
    }

    /** Takes over what was encoded for a group in this cycle. */
    void deliver(final Group group, final ByteBuf bytes, final int eventCount) {
        deliver(group, bytes, eventCount, cycleBegin, timestamp);
    }

    /** Takes over what was encoded for one cohort; its group's bytes are to follow. */
    void put(final Cohort cohort, final ByteBuf bytes, final int eventCount) {
        cohort.put(bytes, eventCount, cohort.servedTo(), nextSequence, NOTHING);
    }

    /**
     * Takes over what was encoded for a group.
     *
     * @param from first sequence that the bytes cover.
     * @param oldest time of their oldest event, or {@link #NOTHING} if it does not count.
     */
    void deliver(
            final Group group,
            final ByteBuf bytes,
            final int eventCount,
            final long from,
            final long oldest) {
        final int room = config.pendingLengthMax() - bytes.readableBytes();
        for (int i = group.cohortCount() - 1; i >= 0; i--) {
            if (i < group.cohortCount() && group.cohort(i).pendingLength() > room) {
                serve(group.cohort(i));
            }
        }
        group.put(bytes, eventCount, from, nextSequence, oldest);
        unwritten.add(bytes);
        final ArrayDeque<Cohort> queue = isSmall(group) ? few : crowd;
        for (int i = 0; i < group.cohortCount(); i++) {
            final Cohort cohort = group.cohort(i);
            if (cohort.hasPending() && !cohort.markQueued(true)) {
                queue.add(cohort);
            }
        }
    }

    /**
     * Serves some of those who wait. Between the few and the crowd it gives way: whoever was just
     * written to may be waiting for this very core, and a crowd would keep it from him.
     *
     * @return time of the oldest event that went out since {@link #begin}, or {@link #NOTHING}.
     */
    long end() {
        final int writes = serve(few, config.smallWritesPerTurnMax());
        if (writes > 0 && !crowd.isEmpty()) {
            giveWay.run();
        }
        serve(crowd, config.writesPerTurnMax());
        unwritten.sweep();
        return oldestServed;
    }

    /** Serves those at the head of a queue, and tells how many writes that took. */
    private int serve(final ArrayDeque<Cohort> queue, final int writesMax) {
        int writes = 0;
        while (writes < writesMax) {
            final Cohort cohort = queue.poll();
            if (cohort == null) {
                break;
            }
            cohort.markQueued(false);
            writes += cohort.hasPending() ? cohort.size() : 0;
            serve(cohort);
        }
        return writes;
    }

    /** Serves one now. */
    void serve(final Cohort cohort) {
        if (cohort.hasPending()) {
            oldestServed = Math.min(oldestServed, cohort.pendingTimestamp());
            cohort.serve(counters);
            cohort.group().removeIfEmpty(cohort);
        }
    }

    /** Forgets who waits; what is pending for them stays with them. */
    void clear() {
        few.forEach(cohort -> cohort.markQueued(false));
        few.clear();
        crowd.forEach(cohort -> cohort.markQueued(false));
        crowd.clear();
    }
}
