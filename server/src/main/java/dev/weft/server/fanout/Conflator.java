package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.ring.BlockRing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The groups that get only the newest events: notes what they want, and encodes it from the ring
 * when it is time. What comes after a quiet interval goes out at once. Thread: the I/O loop.
 */
final class Conflator {
    /** {@link #dueUs}: nothing waits for its time. */
    static final long NEVER = Long.MAX_VALUE;

    private final List<Group> open = new ArrayList<>();
    private final RecentEvents recent;
    private final Batch batch;
    private final Turns turns;

    Conflator(
            final BlockRing ring,
            final ByteBufAllocator allocator,
            final FramePlan plan,
            final Turns turns) {
        recent = new RecentEvents(ring);
        batch = new Batch(allocator, plan);
        this.turns = turns;
    }

    /** Notes a range of records that a group wants. */
    void note(
            final Group group,
            final Conflation conflation,
            final BlockFlyweight block,
            final int from,
            final int to,
            final long firstSequence,
            final long cycleBegin) {
        begin(group, conflation, cycleBegin);
        for (int i = from; i < to; i++) {
            conflation.newest().note(block, i, firstSequence + i - from);
        }
    }

    /** Notes the records that were found for a group; the first one looked at has a sequence. */
    void note(
            final Group group,
            final Conflation conflation,
            final BlockFlyweight block,
            final Matches matches,
            final long sequenceOfRecord0,
            final long cycleBegin) {
        begin(group, conflation, cycleBegin);
        int entry = group.takeMatches();
        while (entry != Matches.NONE) {
            final int record = matches.record(entry);
            conflation.newest().note(block, record, sequenceOfRecord0 + record);
            entry = matches.next(entry);
        }
    }

    boolean isIdle() {
        return open.isEmpty();
    }

    /** When the next batch may go out, in microseconds since the epoch, or {@link #NEVER}. */
    long dueUs() {
        long due = NEVER;
        for (int i = 0; i < open.size(); i++) {
            final Conflation conflation = open.get(i).conflation();
            if (conflation != null) {
                due = Math.min(due, conflation.dueUs());
            }
        }
        return due;
    }

    /** Hands out what is due. Between {@link Turns#begin} and {@link Turns#end}. */
    void flush(final long nowUs) {
        for (int i = open.size() - 1; i >= 0; i--) {
            final Group group = open.get(i);
            final Conflation conflation = group.conflation();
            if (conflation == null || !conflation.isOpen()) {
                remove(i);
            } else if (conflation.isDue(nowUs)) {
                remove(i);
                flush(group, conflation, nowUs);
            }
        }
    }

    /** Forgets everything. */
    void clear() {
        for (int i = open.size() - 1; i >= 0; i--) {
            final Conflation conflation = open.get(i).conflation();
            if (conflation != null) {
                conflation.forget();
            }
        }
        open.clear();
    }

    private void remove(final int index) {
        final Group last = open.remove(open.size() - 1);
        if (index < open.size()) {
            open.set(index, last);
        }
    }

    private void begin(final Group group, final Conflation conflation, final long cycleBegin) {
        if (!conflation.isOpen()) {
            conflation.open(cycleBegin);
            open.add(group);
        }
    }

    private void flush(final Group group, final Conflation conflation, final long nowUs) {
        final Newest newest = conflation.newest();
        final int count = newest.count();
        final long[] sequences = newest.sorted();
        final long from = conflation.from();
        for (int i = group.cohortCount() - 1; i >= 0; i--) {
            if (i < group.cohortCount() && group.cohort(i).servedTo() > from) {
                final Cohort late = group.cohort(i); // came in meanwhile, and has what was before
                if (!encode(group, sequences, count, late.servedTo())) {
                    leave(group, conflation);
                    return;
                }
                put(late);
            }
        }
        if (!encode(group, sequences, count, from)) {
            leave(group, conflation);
            return;
        }
        conflation.close(nowUs);
        final int eventCount = batch.eventCount();
        final ByteBuf bytes = batch.take();
        if (bytes != null) {
            turns.deliver(group, bytes, eventCount, from, Turns.NOTHING);
        }
    }

    private boolean encode(
            final Group group, final long[] sequences, final int count, final long from) {
        final Group.Key key = group.key();
        batch.begin(Filter.ALL, key.framing(), key.chunked());
        for (int i = 0; i < count; i++) {
            if (sequences[i] >= from && !recent.append(sequences[i], batch)) {
                return false;
            }
        }
        return true;
    }

    private void put(final Cohort cohort) {
        final int eventCount = batch.eventCount();
        final ByteBuf bytes = batch.take();
        if (bytes != null) {
            turns.put(cohort, bytes, eventCount);
        }
    }

    /** The ring has not got it all any more: everyone goes on from where he stands. */
    private void leave(final Group group, final Conflation conflation) {
        batch.discard();
        group.leaveAll(conflation.from(), Member.LeaveReason.LAPPED);
        conflation.forget();
    }
}
