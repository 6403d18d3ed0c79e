package dev.weft.server.fanout;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some members of a {@link Group} that are served together, one after the other without anything in
 * between. All of them stand at the same sequence. The batches that they have not got yet are
 * shared with the group's other cohorts; when the turn comes, each member gets them with one flush.
 * Members may come and go while that happens: a place that becomes free stays empty until it is
 * over, so that nobody gets anything twice.
 */
final class Cohort {
    private static final Logger LOG = LoggerFactory.getLogger(Cohort.class);
    private static final Member[] NO_MEMBERS = {};
    private static final ByteBuf[] NO_BATCHES = {};

    private final Group group;
    // The first ones in here: most cohorts are those of groups of one, and what an event has to
    // walk through until it is at the member is what it costs.
    private @Nullable Member firstMember;
    private @Nullable Member[] furtherMembers = NO_MEMBERS;
    private int memberCount; // places in use, free ones among them included
    private int freeCount;
    private boolean serving;
    private boolean queued; // in the table's queue

    private @Nullable ByteBuf firstPending;
    private @Nullable ByteBuf[] furtherPending = NO_BATCHES;
    private int pendingCount;
    private int pendingEvents;
    private int pendingLength; // bytes
    private long pendingFrom; // where the members stand while something is pending
    private long pendingTo; // first sequence after what is pending
    private long pendingTimestamp; // of the oldest event, about
    private long servedTo; // first sequence after the last batch that its members got
    private int end = Ending.NONE; // number of the last event, once that is pending

    /**
     * Makes one without members.
     *
     * @param servedTo where the first one will stand.
     */
    Cohort(final Group group, final long servedTo) {
        this.group = group;
        this.servedTo = servedTo;
    }

    Group group() {
        return group;
    }

    int size() {
        return memberCount - freeCount;
    }

    boolean hasPending() {
        return pendingCount > 0;
    }

    int pendingLength() {
        return pendingLength;
    }

    /** Time of the oldest event of what is pending, in microseconds since the epoch. */
    long pendingTimestamp() {
        return pendingTimestamp;
    }

    /**
     * First sequence that its members have not got.
     *
     * @param cursor where those stand for whom nothing is pending.
     */
    long standing(final long cursor) {
        return pendingCount > 0 ? pendingFrom : Math.max(group.standing(cursor), servedTo);
    }

    /** First sequence after what its members have got, at least. */
    long servedTo() {
        return servedTo;
    }

    /**
     * Nothing before a sequence is for its members, although noting begins before it: they have it.
     */
    void cover(final long sequence) {
        servedTo = Math.max(servedTo, pendingCount > 0 ? pendingTo : sequence);
    }

    /**
     * Whether one may come in that has everything before a sequence: not if what is noted for the
     * others is from before that.
     */
    boolean isFor(final long cursor) {
        return standing(cursor) == cursor || (pendingCount > 0 && group.standing(cursor) == cursor);
    }

    void add(final Member member) {
        if (memberCount > furtherMembers.length) {
            furtherMembers = Arrays.copyOf(furtherMembers, 2 * memberCount - 1);
        }
        member.seat().cohort = this;
        member.seat().index = memberCount;
        setMember(memberCount++, member);
    }

    private @Nullable Member member(final int index) {
        return index == 0 ? firstMember : furtherMembers[index - 1];
    }

    private void setMember(final int index, final @Nullable Member member) {
        if (index == 0) {
            firstMember = member;
        } else {
            furtherMembers[index - 1] = member;
        }
    }

    void remove(final Member member) {
        final Seat seat = member.seat();
        if (seat.cohort != this) {
            throw new IllegalStateException("not in this cohort: " + group.key());
        }
        seat.cohort = null;
        group.onRemoved();
        if (serving) {
            setMember(seat.index, null);
            freeCount++;
            return;
        }
        final Member last = member(--memberCount);
        setMember(memberCount, null);
        if (last != null && last != member) {
            setMember(seat.index, last);
            last.seat().index = seat.index;
        }
    }

    /** Says whether it is in the queue of those to be served, and whether it was before. */
    boolean markQueued(final boolean isQueued) {
        final boolean before = queued;
        queued = isQueued;
        return before;
    }

    /**
     * Takes a batch that its members are to get.
     *
     * @param batch a reference of its own.
     * @param from where the members stand if nothing else is pending.
     * @param to first sequence after the batch.
     * @param timestamp of the oldest event, in microseconds since the epoch.
     */
    void put(
            final ByteBuf batch,
            final int eventCount,
            final long from,
            final long to,
            final long timestamp) {
        pendingTo = to;
        if (pendingCount == 0) {
            pendingFrom = standing(from);
            pendingTimestamp = timestamp;
        }
        if (pendingCount > furtherPending.length) {
            furtherPending = Arrays.copyOf(furtherPending, 2 * pendingCount - 1);
        }
        setPending(pendingCount++, batch);
        pendingEvents += eventCount;
        pendingLength += batch.readableBytes();
    }

    /** Says with which event, by its number, what is pending ends for good, if it does. */
    void end(final int number) {
        end = number;
    }

    private @Nullable ByteBuf pending(final int index) {
        return index == 0 ? firstPending : furtherPending[index - 1];
    }

    private void setPending(final int index, final @Nullable ByteBuf batch) {
        if (index == 0) {
            firstPending = batch;
        } else {
            furtherPending[index - 1] = batch;
        }
    }

    /** Sends what is pending to every member; who can take no more, or has got the last, leaves. */
    void serve(final FanoutCounters counters) {
        if (pendingCount == 0) {
            return;
        }
        final int events = pendingEvents;
        final int length = pendingLength;
        final int batches = pendingCount;
        final int count = memberCount;
        int delivered = 0;
        serving = true;
        pendingCount = 0; // who leaves from now on by itself is gone for good
        servedTo = pendingTo;
        try {
            for (int i = 0; i < count; i++) {
                final Member member = member(i);
                if (member != null) {
                    delivered++;
                    serve(member, batches);
                }
            }
        } finally {
            serving = false;
            release(batches);
            compact();
        }
        counters.onDelivered((long) delivered * events, (long) delivered * length, delivered);
    }

    private void serve(final Member member, final int batches) {
        boolean canTakeMore = false;
        Member.LeaveReason reason = Member.LeaveReason.FAILED;
        try {
            for (int i = 0; i < batches; i++) {
                final ByteBuf batch = pending(i);
                if (batch != null) {
                    canTakeMore = member.deliver(batch.retainedDuplicate(), i == batches - 1);
                }
            }
            reason = Member.LeaveReason.NOT_WRITABLE;
        } catch (final RuntimeException | OutOfMemoryError ex) { // the others are to get theirs
            LOG.error("a batch could not be given to a member: {}", group.key(), ex);
        }
        if (end != Ending.NONE && reason != Member.LeaveReason.FAILED) {
            if (member.seat().cohort == this) {
                remove(member);
                member.onEnded(servedTo, end);
            }
        } else if (!canTakeMore) {
            leave(member, servedTo, reason);
        }
    }

    /**
     * Lets everyone go, and forgets what is pending.
     *
     * @param cursor where those stand for whom nothing is pending.
     */
    void leaveAll(final long cursor, final Member.LeaveReason reason) {
        final long standing = standing(cursor);
        discardPending();
        serving = true;
        try {
            for (int i = 0; i < memberCount; i++) {
                final Member member = member(i);
                if (member != null) {
                    leave(member, standing, reason);
                }
            }
        } finally {
            serving = false;
            compact();
        }
    }

    void discardPending() {
        final int batches = pendingCount;
        pendingCount = 0;
        release(batches);
    }

    private void release(final int batches) {
        for (int i = 0; i < batches; i++) {
            final ByteBuf batch = pending(i);
            setPending(i, null);
            if (batch != null) {
                batch.release();
            }
        }
        pendingEvents = 0;
        pendingLength = 0;
    }

    private void leave(final Member member, final long cursor, final Member.LeaveReason reason) {
        if (member.seat().cohort == this) { // it may have gone by itself, closed in mid-write
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
            final Member member = member(i);
            if (member != null) {
                member.seat().index = kept;
                setMember(kept++, member);
            }
        }
        for (int i = kept; i < memberCount; i++) {
            setMember(i, null);
        }
        memberCount = kept;
        freeCount = 0;
    }
}
