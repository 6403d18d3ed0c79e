package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochMicroClock;

/**
 * The groups of one I/O loop. {@link #encode} gives records to the groups that want them; what it
 * costs depends on those and not on how many others there are, see {@link GroupIndex}.
 */
final class GroupTable {
    private final Map<Group.Key, Group> groups = new HashMap<>();
    private final List<Group> unfiltered = new ArrayList<>();
    private final GroupIndex index = new GroupIndex();
    private final Matches matches = new Matches();
    private final List<Group> withBatch = new ArrayList<>();
    private final List<Group> emptied = new ArrayList<>(); // may have got members again
    private final Consumer<Group> onEmpty = emptied::add;
    private final ArrayDeque<Batch> spareBatches =
            new ArrayDeque<>(); // for a cycle; warm ones first
    private final ByteBufAllocator allocator;
    private final FramePlan plan;
    private final Turns turns;
    private final Conflator conflator;

    /**
     * Makes an empty table.
     *
     * @param turns serves what was encoded.
     * @param conflator for groups that get the newest events only.
     */
    GroupTable(
            final ByteBufAllocator allocator,
            final FramePlan plan,
            final Turns turns,
            final Conflator conflator) {
        this.allocator = allocator;
        this.plan = plan;
        this.turns = turns;
        this.conflator = conflator;
    }

    int count() {
        return groups.size();
    }

    /**
     * Takes a member in. Not while a batch goes out.
     *
     * @param nextSequence where it stands, and everybody for whom nothing is pending.
     */
    void add(final Member member, final Group.Key key, final long nextSequence) {
        final Group group = groups.get(key);
        add(member, group == null ? make(key) : group, nextSequence);
    }

    /**
     * Takes a member in that gets only the newest events and has missed some that were handed out:
     * these are noted from the ring. Not while a batch goes out.
     *
     * @param cursor where it stands, before {@code nextSequence}.
     * @return false if it has to catch up otherwise.
     */
    boolean addBehind(
            final Member member, final Group.Key key, final long cursor, final long nextSequence) {
        final Group known = groups.get(key);
        final long noted = known == null ? nextSequence : known.standing(nextSequence);
        if (cursor < noted && !conflator.canNote(cursor)) {
            return false;
        }
        final Group group = known == null ? make(key) : known;
        final Conflation conflation = group.conflation();
        if (cursor < noted
                && (conflation == null
                        || !conflator.noteMissed(group, conflation, cursor, noted))) {
            if (group.size() == 0) {
                emptied.add(group);
            }
            return false;
        }
        add(member, group, cursor);
        return true;
    }

    private Group make(final Group.Key key) {
        final Group group = new Group(key, onEmpty);
        groups.put(key, group);
        if (key.filter().isAll()) {
            unfiltered.add(group);
        } else {
            index.add(group);
        }
        return group;
    }

    private void add(final Member member, final Group group, final long nextSequence) {
        final int lengthMax = turns.config().cohortLength();
        Cohort cohort = group.cohortWithRoom(lengthMax, nextSequence);
        while (cohort.hasPending()) { // what the others get is not for the new one
            turns.serve(cohort);
            cohort = group.cohortWithRoom(lengthMax, nextSequence);
        }
        group.add(member, cohort);
    }

    /** Takes a member out. */
    void remove(final Member member, final Cohort cohort) {
        cohort.remove(member);
        cohort.group().removeIfEmpty(cohort);
    }

    /**
     * Encodes or notes records for every group that wants them; who finds them overwritten leaves.
     *
     * @param sequence of the record {@code from}.
     * @param cycleBegin where those stand for whom nothing is pending: what they got in this cycle
     *     is not sent yet.
     */
    void encode(
            final BlockFlyweight block,
            final int from,
            final int to,
            final long sequence,
            final long cycleBegin,
            final Batch.Validity validity) {
        for (int i = 0; i < unfiltered.size(); i++) {
            final Group group = unfiltered.get(i);
            final Conflation conflation = group.conflation();
            if (group.size() == 0) {
                continue;
            }
            if (conflation != null) {
                conflator.note(group, conflation, block, from, to, sequence, cycleBegin);
                letGoUnless(validity.isValid(), group, cycleBegin);
            } else {
                final int added =
                        batchOf(group).append(block, from, to, Integer.MAX_VALUE, validity);
                letGoUnless(added != Batch.TORN, group, cycleBegin);
            }
        }
        int end = from;
        while (end < to && !index.isEmpty()) {
            end = index.find(block, end, to, matches);
            encodeMatches(block, sequence - from, cycleBegin, validity);
        }
    }

    /**
     * Hands what was encoded to the cohorts and serves those whose turn it is.
     *
     * @param nextSequence first sequence after the cycle.
     * @param timestamp of the cycle's oldest event, in microseconds since the epoch.
     * @param clock asked only if something waits for its time.
     * @return time of the oldest event that went out, or {@link Turns#NOTHING}.
     */
    long deliver(
            final long cycleBegin,
            final long nextSequence,
            final long timestamp,
            final EpochMicroClock clock) {
        turns.begin(cycleBegin, nextSequence, timestamp);
        if (!conflator.isIdle()) {
            conflator.flush(clock.microTime());
        }
        final int count = withBatch.size();
        for (int i = 0; i < count; i++) {
            deliver(withBatch.get(i));
        }
        withBatch.clear();
        return turns.end();
    }

    /** Forgets what was encoded and what is pending, and lets everyone go where he stands. */
    void leaveAll(final long cursor) {
        matches.forget();
        for (int i = 0; i < withBatch.size(); i++) {
            takeBack(withBatch.get(i));
        }
        withBatch.clear();
        turns.clear();
        for (final Group group : groups.values()) {
            group.leaveAll(cursor, Member.LeaveReason.LAPPED);
        }
        conflator.clear();
    }

    /** Forgets groups without members. Not while a batch goes out. */
    void removeEmpty() {
        for (int i = 0; i < emptied.size(); i++) {
            final Group group = emptied.get(i);
            if (group.size() == 0 && groups.remove(group.key(), group)) {
                if (group.key().filter().isAll()) {
                    unfiltered.remove(group);
                } else {
                    index.remove(group);
                }
            }
        }
        emptied.clear();
    }

    private void encodeMatches(
            final BlockFlyweight block,
            final long firstSequence,
            final long cycleBegin,
            final Batch.Validity validity) {
        if (!validity.isValid()) { // what was found may be wrong, or not all
            matches.forget();
            for (final Group group : groups.values()) {
                letGoUnless(group.key().filter().isAll(), group, cycleBegin);
            }
            return;
        }
        for (int i = 0; i < matches.groupCount(); i++) {
            final Group group = matches.group(i);
            final Conflation conflation = group.conflation();
            if (conflation != null) {
                conflator.note(group, conflation, block, matches, firstSequence, cycleBegin);
                letGoUnless(validity.isValid(), group, cycleBegin);
            } else {
                final Batch batch = batchOf(group);
                final int added = batch.append(block, matches, group.takeMatches(), validity);
                group.end(batch.end());
                letGoUnless(added != Batch.TORN, group, cycleBegin);
            }
        }
    }

    private void letGoUnless(final boolean isGood, final Group group, final long cycleBegin) {
        if (!isGood) {
            takeBack(group);
            group.leaveAll(cycleBegin, Member.LeaveReason.LAPPED);
            final Conflation conflation = group.conflation();
            if (conflation != null) {
                conflation.forget();
            }
        }
    }

    private void deliver(final Group group) {
        final Batch batch = group.batch();
        if (batch == null) {
            return; // delivered already, or everybody has left
        }
        final int eventCount = batch.eventCount();
        final ByteBuf bytes = batch.take();
        takeBack(group);
        if (bytes != null) {
            turns.deliver(group, bytes, eventCount);
        }
    }

    private Batch batchOf(final Group group) {
        final Batch before = group.batch();
        if (before != null) {
            return before;
        }
        final Batch spare = spareBatches.pollLast();
        final Batch batch = spare == null ? new Batch(allocator, plan) : spare;
        group.lend(batch);
        withBatch.add(group);
        return batch;
    }

    private void takeBack(final Group group) {
        final Batch batch = group.takeBatch();
        if (batch != null) {
            batch.discard();
            spareBatches.addLast(batch);
        }
    }
}
