package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribers that get the same bytes: same filter, framing and transfer. All of them stand at the
 * same sequence, that of their {@link FanoutAgent}. Members may come and go while a batch goes out:
 * a place that becomes free stays empty until the batch is out, so that nobody gets it twice.
 */
final class Group {
    private static final Logger LOG = LoggerFactory.getLogger(Group.class);

    /** What makes a group. */
    record Key(Filter filter, Framing framing, boolean chunked) {}

    private static final int INITIAL_LENGTH = 4;

    private final Key key;
    private final Batch batch;
    private @Nullable Member[] members = new Member[INITIAL_LENGTH];
    private int memberCount; // places in use, free ones among them included
    private int freeCount;
    private long deliveredTo; // first sequence after the last batch that its members got
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
        deliveredTo = nextSequence;
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
                    deliver(member, bytes, nextSequence);
                }
            }
        } finally {
            delivering = false;
            bytes.release();
            compact();
        }
        counters.onDelivered((long) delivered * eventCount, (long) delivered * length, delivered);
    }

    private void deliver(final Member member, final ByteBuf bytes, final long nextSequence) {
        boolean canTakeMore = false;
        Member.LeaveReason reason = Member.LeaveReason.FAILED;
        try {
            canTakeMore = member.deliver(bytes.retainedDuplicate());
            reason = Member.LeaveReason.NOT_WRITABLE;
        } catch (final RuntimeException | OutOfMemoryError ex) { // the others are to get theirs
            LOG.error("a batch could not be given to a member: {}", key, ex);
        }
        if (!canTakeMore) {
            leave(member, nextSequence, reason);
        }
    }

    /**
     * Forgets what is not delivered and lets everyone go, each at the first sequence it has not
     * got.
     *
     * @param cursor where those stand that got nothing since.
     */
    void abandon(final long cursor) {
        waiting = false;
        batch.discard();
        leaveAll(Math.max(cursor, deliveredTo), Member.LeaveReason.LAPPED);
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
