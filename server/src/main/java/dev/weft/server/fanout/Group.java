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

    private static final TermTable.Posting[] NO_POSTINGS = {};

    private final Key key;
    private final boolean isFoundByWholeFilter;
    private @Nullable Batch batch; // lent by the table for a cycle in which there is something
    private @Nullable Member[] members = new Member[INITIAL_LENGTH];
    private int memberCount; // places in use, free ones among them included
    private int freeCount;
    private long deliveredTo; // first sequence after the last batch that its members got
    private boolean delivering;

    // For Matches.
    long offeredEvent;
    int firstMatch = Matches.NONE;
    int lastMatch;

    // For GroupIndex.
    TermTable.Posting[] postings = NO_POSTINGS;

    Group(final Key key) {
        this.key = key;
        isFoundByWholeFilter = key.filter().isAnchorAll();
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

    /** Whether anybody here wants a record that matches the anchor of the filter. */
    boolean wantsWhatWasFound(final BlockFlyweight block, final int record) {
        return memberCount > freeCount
                && (isFoundByWholeFilter || key.filter().matches(block, record));
    }

    /** First of its entries in {@link Matches}, which it has no more then. */
    int takeMatches() {
        final int first = firstMatch;
        firstMatch = Matches.NONE;
        return first;
    }

    /** What is encoded for its members and not yet sent, or null. */
    @Nullable Batch batch() {
        return batch;
    }

    /** Lends it an empty batch. */
    void lend(final Batch empty) {
        batch = empty.begin(key.filter(), key.framing(), key.chunked());
    }

    /** Takes the batch back, with what is in it. */
    @Nullable Batch takeBatch() {
        final Batch lent = batch;
        batch = null;
        return lent;
    }

    /**
     * Sends the batch to every member; who can take no more leaves.
     *
     * @param nextSequence first sequence after the batch.
     * @param counters where deliveries are counted.
     */
    void deliver(final long nextSequence, final FanoutCounters counters) {
        final Batch lent = batch;
        deliveredTo = nextSequence;
        if (lent == null) {
            return;
        }
        final int eventCount = lent.eventCount();
        final ByteBuf bytes = lent.take();
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
     * Lets everyone go, each at the first sequence it has not got; what was encoded and not
     * delivered is not counted.
     *
     * @param cursor where those stand that got nothing since.
     */
    void abandon(final long cursor) {
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
