package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    private final ArrayDeque<Batch> spareBatches =
            new ArrayDeque<>(); // for a cycle; warm ones first
    private final ByteBufAllocator allocator;
    private final FramePlan plan;
    private final FanoutCounters counters;

    GroupTable(
            final ByteBufAllocator allocator, final FramePlan plan, final FanoutCounters counters) {
        this.allocator = allocator;
        this.plan = plan;
        this.counters = counters;
    }

    int count() {
        return groups.size();
    }

    void add(final Member member, final Group.Key key) {
        Group group = groups.get(key);
        if (group == null) {
            group = new Group(key);
            groups.put(key, group);
            if (key.filter().isAll()) {
                unfiltered.add(group);
            } else {
                index.add(group);
            }
        }
        group.add(member);
    }

    /** Takes a member out of its group. */
    void remove(final Member member, final Group group) {
        group.remove(member);
        noteIfEmpty(group);
    }

    /**
     * Encodes records for every group that wants them; who finds them overwritten leaves at {@code
     * sequence}.
     */
    void encode(
            final BlockFlyweight block,
            final int from,
            final int to,
            final long sequence,
            final Batch.Validity validity) {
        for (int i = 0; i < unfiltered.size(); i++) {
            final Group group = unfiltered.get(i);
            if (group.size() > 0
                    && batchOf(group).append(block, from, to, Integer.MAX_VALUE, validity)
                            == Batch.TORN) {
                letGo(group, sequence);
            }
        }
        int end = from;
        while (end < to && !index.isEmpty()) {
            final int begin = end;
            end = index.find(block, begin, to, matches);
            encodeMatches(block, sequence + begin - from, validity);
        }
    }

    /**
     * Sends what was encoded.
     *
     * @return whether there was anything.
     */
    boolean deliver(final long nextSequence) {
        final int count = withBatch.size();
        boolean hasSent = false;
        for (int i = 0; i < count; i++) {
            hasSent |= deliver(withBatch.get(i), nextSequence);
        }
        withBatch.clear();
        return hasSent;
    }

    void leaveAll(final long cursor) {
        for (final Group group : groups.values()) {
            leaveAll(group, cursor);
        }
    }

    /** Forgets what was encoded and not sent, and lets everyone go; see {@link Group#abandon}. */
    void abandon(final long cursor) {
        matches.forget();
        for (int i = 0; i < withBatch.size(); i++) {
            takeBack(withBatch.get(i));
        }
        withBatch.clear();
        for (final Group group : groups.values()) {
            group.abandon(cursor);
            noteIfEmpty(group);
        }
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
            final BlockFlyweight block, final long sequence, final Batch.Validity validity) {
        if (!validity.isValid()) { // what was found may be wrong, or not all
            matches.forget();
            for (final Group group : groups.values()) {
                if (!group.key().filter().isAll()) {
                    letGo(group, sequence);
                }
            }
            return;
        }
        for (int i = 0; i < matches.groupCount(); i++) {
            final Group group = matches.group(i);
            if (batchOf(group).append(block, matches, group.takeMatches(), validity)
                    == Batch.TORN) {
                letGo(group, sequence);
            }
        }
    }

    /** What the group has so far is good; the members go on from elsewhere. */
    private void letGo(final Group group, final long sequence) {
        deliver(group, sequence);
        leaveAll(group, sequence);
    }

    private boolean deliver(final Group group, final long nextSequence) {
        if (group.batch() == null) {
            return false;
        }
        group.deliver(nextSequence, counters);
        takeBack(group);
        noteIfEmpty(group);
        return true;
    }

    private void leaveAll(final Group group, final long cursor) {
        group.leaveAll(cursor, Member.LeaveReason.LAPPED);
        noteIfEmpty(group);
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

    private void noteIfEmpty(final Group group) {
        if (group.size() == 0) {
            emptied.add(group);
        }
    }
}
