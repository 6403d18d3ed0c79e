package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Subscribers that get the same bytes: same filter, framing and transfer. What is encoded for them
 * is encoded once; they are served in {@link Cohort}s.
 */
final class Group {
    /** What makes a group. */
    record Key(Filter filter, Framing framing, boolean chunked, Policy policy) {}

    private static final TermTable.Posting[] NO_POSTINGS = {};
    private static final Cohort[] NO_COHORTS = {};

    private final Key key;
    private final Consumer<Group> onEmpty;
    // Its key's, where an event finds them in memory that it has touched already.
    private final Filter filter;
    private final Framing framing;
    private final boolean chunked;
    private final @Nullable Conflation conflation; // null if its members get everything
    private @Nullable Cohort firstCohort; // in here: most groups have no other
    private @Nullable Cohort[] furtherCohorts = NO_COHORTS;
    private int cohortCount;
    private int size;
    private int end = Ending.NONE; // number of the last event that its filter wants
    private @Nullable Batch batch; // lent by the table for a cycle in which there is something

    // For Matches.
    long offeredEvent;
    int firstMatch = Matches.NONE;
    int lastMatch;

    // For GroupIndex: under which terms it hangs, and what it wants besides.
    int anchor;
    Filter rest = Filter.ALL;
    TermTable.Posting[] postings = NO_POSTINGS;

    /**
     * Makes a group without members.
     *
     * @param onEmpty told when the last member has left.
     */
    Group(final Key key, final Consumer<Group> onEmpty) {
        this.key = key;
        this.onEmpty = onEmpty;
        filter = key.filter();
        framing = key.framing();
        chunked = key.chunked();
        conflation = key.policy().isAll() ? null : new Conflation(key.policy());
    }

    Key key() {
        return key;
    }

    /** Its members. */
    int size() {
        return size;
    }

    /** What is noted for it, or null if its members get everything. */
    @Nullable Conflation conflation() {
        return conflation;
    }

    /**
     * Where those stand for whom nothing is pending.
     *
     * @param cursor the same for groups that get everything.
     */
    long standing(final long cursor) {
        final Conflation noted = conflation;
        return noted != null && noted.isOpen() ? noted.from() : cursor;
    }

    int cohortCount() {
        return cohortCount;
    }

    Cohort cohort(final int index) {
        final Cohort cohort = index == 0 ? firstCohort : furtherCohorts[index - 1];
        if (cohort == null) {
            throw new IllegalStateException("no cohort: index=" + index + " count=" + cohortCount);
        }
        return cohort;
    }

    private void setCohort(final int index, final @Nullable Cohort cohort) {
        if (index == 0) {
            firstCohort = cohort;
        } else {
            furtherCohorts[index - 1] = cohort;
        }
    }

    /**
     * A cohort that has room for one more; one for which nothing is pending if there is such a one.
     *
     * @param lengthMax most members of a cohort.
     * @param standing where the new one stands, and those for whom nothing is pending.
     */
    Cohort cohortWithRoom(final int lengthMax, final long standing) {
        Cohort busy = null;
        for (int i = cohortCount - 1; i >= 0; i--) {
            final Cohort cohort = cohort(i);
            if (cohort.size() < lengthMax && cohort.isFor(standing)) {
                if (!cohort.hasPending()) {
                    return cohort;
                }
                busy = cohort;
            }
        }
        if (busy != null) {
            return busy;
        }
        if (cohortCount > furtherCohorts.length) {
            furtherCohorts = Arrays.copyOf(furtherCohorts, 2 * cohortCount - 1);
        }
        final Cohort added = new Cohort(this, standing);
        setCohort(cohortCount++, added);
        return added;
    }

    /** Those for whom nothing is pending stand at a sequence, also if noting begins before it. */
    void cover(final long sequence) {
        for (int i = 0; i < cohortCount; i++) {
            cohort(i).cover(sequence);
        }
    }

    /** Forgets a cohort without members. */
    void removeIfEmpty(final Cohort cohort) {
        if (cohort.size() > 0) {
            return;
        }
        cohort.discardPending();
        for (int i = 0; i < cohortCount; i++) {
            if (cohort(i) == cohort) {
                final int last = cohortCount - 1;
                setCohort(i, cohort(last));
                setCohort(last, null);
                cohortCount = last;
                return;
            }
        }
    }

    void add(final Member member, final Cohort cohort) {
        cohort.add(member);
        size++;
    }

    /** Called by the cohort that a member left. */
    void onRemoved() {
        size--;
        if (size == 0) {
            onEmpty.accept(this);
        }
    }

    /** Whether anybody here wants a record that matches the anchor of the filter. */
    boolean wantsWhatWasFound(final BlockFlyweight block, final int record) {
        return size > 0 && end == Ending.NONE && rest.matches(block, record);
    }

    /** Notes that what was just encoded for it ends with the last event that it wants. */
    void end(final int number) {
        end = number;
    }

    /** Number of that event in the filter's {@link Ending}, or its {@code NONE}. */
    int end() {
        return end;
    }

    /** First of its entries in {@link Matches}, which it has no more then. */
    int takeMatches() {
        final int first = firstMatch;
        firstMatch = Matches.NONE;
        return first;
    }

    /** What is encoded for its members and not yet given to the cohorts, or null. */
    @Nullable Batch batch() {
        return batch;
    }

    /** Lends it an empty batch. */
    void lend(final Batch empty) {
        batch = empty.begin(filter, framing, chunked);
    }

    /** Takes the batch back, with what is in it. */
    @Nullable Batch takeBatch() {
        final Batch lent = batch;
        batch = null;
        return lent;
    }

    /**
     * Gives the bytes to each cohort that stands where they begin; see {@link Cohort#put}. The
     * reference stays the caller's.
     */
    void put(
            final ByteBuf bytes,
            final int eventCount,
            final long from,
            final long to,
            final long timestamp) {
        for (int i = 0; i < cohortCount; i++) {
            final Cohort cohort = cohort(i);
            if (cohort.size() > 0 && cohort.servedTo() <= from) {
                cohort.put(bytes.retain(), eventCount, from, to, timestamp);
                cohort.end(end);
            }
        }
    }

    /**
     * Lets everyone go who is in it, each at the first sequence it has not got.
     *
     * @param cursor where those stand for whom nothing is pending.
     */
    void leaveAll(final long cursor, final Member.LeaveReason reason) {
        for (int i = cohortCount - 1; i >= 0; i--) {
            if (i < cohortCount) { // who leaves may take its cohort along
                cohort(i).leaveAll(cursor, reason);
            }
        }
    }
}
