package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.ring.RingReader;
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

    /** Bytes of the ring that are looked through for one who comes in, while the sockets wait. */
    static final int MISSED_LENGTH_MAX = 1024 * 1024;

    /** What a block has around it in the ring, at most. */
    private static final int BLOCK_ROOM = 64;

    private final List<Group> open = new ArrayList<>();
    private final RecentEvents recent;
    private final RingReader main; // of the fan-out, behind what is being noted
    private final RingReader missed;
    private final Batch.Validity missedValidity;
    private final BlockFlyweight missedBlock = new BlockFlyweight();
    private final Batch batch;
    private final Turns turns;

    Conflator(
            final BlockRing ring,
            final RingReader main,
            final ByteBufAllocator allocator,
            final FramePlan plan,
            final Turns turns) {
        recent = new RecentEvents(ring);
        this.main = main;
        missed = ring.newReader();
        missedValidity = missed::isValid;
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
        begin(group, conflation, cycleBegin, block);
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
        begin(group, conflation, cycleBegin, block);
        int entry = group.takeMatches();
        while (entry != Matches.NONE) {
            final int record = matches.record(entry);
            conflation.newest().note(block, record, sequenceOfRecord0 + record);
            entry = matches.next(entry);
        }
    }

    /**
     * Whether the ring has everything from a sequence on up to what the fan-out has handed out, and
     * it is not too much to be looked through.
     */
    boolean canNote(final long cursor) {
        return missed.seek(cursor) && main.position() - missed.position() <= MISSED_LENGTH_MAX;
    }

    /**
     * Notes what is missing before that which is noted for a group, so that one who stands there
     * may come in; who is in the group stays where he stands.
     *
     * @param cursor first sequence to note, for which {@link #canNote} was just true.
     * @param end where noting has begun, or is to begin.
     * @return false if that failed: then nothing has changed for anybody.
     */
    boolean noteMissed(
            final Group group, final Conflation conflation, final long cursor, final long end) {
        final long position = missed.position();
        final Filter filter = group.key().filter();
        final Newest newest = conflation.newest();
        long next = cursor;
        while (next < end) {
            if (missed.poll(missedBlock) != RingReader.BLOCK) {
                return false;
            }
            final long first = missedBlock.firstSequence();
            final int count = missedBlock.count();
            if (!missedValidity.isValid() || first > next) {
                return false;
            }
            final int to = (int) Math.min(count, end - first);
            for (int i = (int) (next - first); i < to; i++) {
                if (filter.matches(missedBlock, i)) {
                    newest.note(missedBlock, i, first + i);
                }
            }
            // What was noted in vain is from before all that the group is still to get.
            if (!missedValidity.isValid() || newest.isNearlyFull()) {
                return false;
            }
            next = first + to;
        }
        group.cover(end);
        if (!conflation.isOpen()) {
            open.add(group);
        }
        conflation.open(cursor, position);
        return true;
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
            } else if (conflation.isDue(nowUs)
                    || main.lengthFrom(conflation.position()) > main.ringCapacity() / 2) {
                remove(i); // in time, or before the ring loses it
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

    private void begin(
            final Group group,
            final Conflation conflation,
            final long cycleBegin,
            final BlockFlyweight block) {
        if (!conflation.isOpen()) {
            final long position = main.position() - block.length() - BLOCK_ROOM;
            conflation.open(cycleBegin, position);
            open.add(group);
        }
    }

    private void flush(final Group group, final Conflation conflation, final long nowUs) {
        final Newest newest = conflation.newest();
        final int count = newest.count();
        final long[] sequences = newest.sorted();
        final long from = conflation.from();
        if (!putToOthers(group, sequences, count, from)) {
            leave(group, conflation);
            return;
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

    /**
     * Gives those their batch who stand behind what is noted first: they came in meanwhile, or were
     * there before somebody who had missed more. Many of them stand at the same place.
     */
    private boolean putToOthers(
            final Group group, final long[] sequences, final int count, final long from) {
        long encodedFrom = from;
        int eventCount = 0;
        ByteBuf bytes = null; // with a reference that is not ours any more
        boolean isGood = true;
        for (int i = group.cohortCount() - 1; i >= 0 && isGood; i--) {
            final Cohort cohort = group.cohort(i);
            if (cohort.servedTo() > from) {
                if (cohort.servedTo() != encodedFrom) {
                    encodedFrom = cohort.servedTo();
                    isGood = encode(group, sequences, count, encodedFrom);
                    eventCount = batch.eventCount();
                    bytes = isGood ? batch.take() : null;
                    if (bytes != null) {
                        turns.unwritten().add(bytes);
                    }
                }
                if (bytes != null) {
                    turns.put(cohort, bytes.retain(), eventCount);
                }
            }
        }
        return isGood;
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

    /** The ring has not got it all any more: everyone goes on from where he stands. */
    private void leave(final Group group, final Conflation conflation) {
        batch.discard();
        group.leaveAll(conflation.from(), Member.LeaveReason.LAPPED);
        conflation.forget();
    }
}
