package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The groups of one I/O loop. {@link #encode} offers records to the groups that may want them:
 * today to each group in turn. It is the one place that knows how events find their groups.
 */
final class GroupTable {
    private final Map<Group.Key, Group> groups = new HashMap<>();
    private final List<Group> ordered = new ArrayList<>();
    private final List<Group> withBatch = new ArrayList<>();
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
        return ordered.size();
    }

    void add(final Member member, final Group.Key key) {
        Group group = groups.get(key);
        if (group == null) {
            group = new Group(key, new Batch(allocator, plan));
            groups.put(key, group);
            ordered.add(group);
        }
        group.add(member);
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
        for (int i = 0; i < ordered.size(); i++) {
            final Group group = ordered.get(i);
            if (group.size() == 0) {
                continue;
            }
            final int added = group.encode(block, from, to, validity);
            if (added > 0 && group.markWaiting()) {
                withBatch.add(group);
            } else if (added == Batch.TORN) {
                group.deliver(sequence, counters);
                group.leaveAll(sequence, Member.LeaveReason.LAPPED);
            }
        }
    }

    /**
     * Sends what was encoded.
     *
     * @return whether there was anything.
     */
    boolean deliver(final long nextSequence) {
        final int count = withBatch.size();
        for (int i = 0; i < count; i++) {
            withBatch.get(i).deliver(nextSequence, counters);
        }
        withBatch.clear();
        return count > 0;
    }

    void leaveAll(final long cursor) {
        for (int i = 0; i < ordered.size(); i++) {
            ordered.get(i).leaveAll(cursor, Member.LeaveReason.LAPPED);
        }
    }

    /** Forgets what was encoded and not sent, and lets everyone go; see {@link Group#abandon}. */
    void abandon(final long cursor) {
        withBatch.clear();
        for (int i = 0; i < ordered.size(); i++) {
            ordered.get(i).abandon(cursor);
        }
    }

    /** Forgets groups without members. Not while a batch goes out. */
    void removeEmpty() {
        for (int i = ordered.size() - 1; i >= 0; i--) {
            if (ordered.get(i).size() == 0) {
                groups.remove(ordered.remove(i).key());
            }
        }
    }
}
