package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Subscribers that get the same bytes: same filter, framing and transfer. All of them stand at the
 * same sequence, that of their {@link FanoutAgent}. Members may come and go while a batch goes out:
 * a place that becomes free stays empty until the batch is out, so that nobody gets it twice.
 */
final class Group {
    /** What makes a group. */
    record Key(Filter filter, Framing framing, boolean chunked) {}

    private static final int INITIAL_LENGTH = 4;

    private final Key key;
    private final Batch batch;
    private @Nullable Member[] members = new Member[INITIAL_LENGTH];
    private int memberCount; // places in use, free ones among them included
    private int freeCount;
    private boolean delivering;
    private boolean waiting; // in the table's list of groups that have a batch

    Group(final Key key, final Batch batch) {
        this.key = key;
        this.batch = batch.begin(key.filter(), key.framing(), key.chunked());
    }

    Key key() {
        return key;
    }

    int size() {
        return memberCount - freeCount;
    }

    void add(final Member member) {
        if (memberCount == members.length) {
            members = Arrays.copyOf(members, 2 * memberCount);
        }
        member.seat().group = this;
        member.seat().index = memberCount;
        members[memberCount++] = member;
    }

    void remove(final Member member) {
        final Seat seat = member.seat();
        if (seat.group != this) {
            throw new IllegalStateException("not in this group: " + key);
        }
        seat.group = null;
        if (delivering) {
            members[seat.index] = null;
            freeCount++;
            return;
        }
        final Member last = members[--memberCount];
        members[memberCount] = null;
        if (last != null && last != member) {
            members[seat.index] = last;
            last.seat().index = seat.index;
        }
    }

    /** See {@link Batch#append}. */
    int encode(
            final BlockFlyweight block,
            final int from,
            final int to,
            final Batch.Validity validity) {
        return batch.append(block, from, to, Integer.MAX_VALUE, validity);
    }

    /**
     * Notes that it is in the list of groups with a batch; true for the first time since the last
     * delivery.
     */
    boolean markWaiting() {
        final boolean isFirst = !waiting;
        waiting = true;
        return isFirst;
    }

    /**
     * Sends the batch to every member; who can take no more leaves.
     *
     * @param nextSequence first sequence after the batch.
     * @param counters where deliveries are counted.
     */
    void deliver(final long nextSequence, final FanoutCounters counters) {
        waiting = false;
        final int eventCount = batch.eventCount();
        final ByteBuf bytes = batch.take();
        if (bytes == null) {
            return;
        }
        final int length = bytes.readableBytes();
        final int count = memberCount;
        int delivered = 0;
        delivering = true;
        try {
            for (int i = 0; i < count; i++) {
                final Member member = members[i];
                if (member != null) {
                    delivered++;
                    if (!member.deliver(bytes.retainedDuplicate())) {
                        leave(member, nextSequence, Member.LeaveReason.NOT_WRITABLE);
                    }
                }
            }
        } finally {
            delivering = false;
            bytes.release();
            compact();
        }
        counters.onDelivered((long) delivered * eventCount, (long) delivered * length, delivered);
    }

    /** Lets everyone go. */
    void leaveAll(final long cursor, final Member.LeaveReason reason) {
        delivering = true;
        try {
            for (int i = 0; i < memberCount; i++) {
                final Member member = members[i];
                if (member != null) {
                    leave(member, cursor, reason);
                }
            }
        } finally {
            delivering = false;
            compact();
        }
    }

    private void leave(final Member member, final long cursor, final Member.LeaveReason reason) {
        if (member.seat().group == this) { // it may have gone by itself, closed in mid-write
            remove(member);
            member.onLeft(cursor, reason);
        }
    }

    private void compact() {
        if (freeCount == 0) {
            return;
        }
        int kept = 0;
        for (int i = 0; i < memberCount; i++) {
            final Member member = members[i];
            if (member != null) {
                member.seat().index = kept;
                members[kept++] = member;
            }
        }
        Arrays.fill(members, kept, memberCount, null);
        memberCount = kept;
        freeCount = 0;
    }
}
