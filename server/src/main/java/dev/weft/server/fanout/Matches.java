package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a part of a block each group wants: one log of record numbers, in which each
 * group's own are linked in their order. So what it holds is bounded for all groups together, and
 * groups without a match are not touched. Reused; confined to its thread.
 */
final class Matches {
    /** No further record. */
    static final int NONE = -1;

    /** Beyond it the part ends; one event's groups fit in addition. */
    private static final int LENGTH_MAX = 16 * 1024;

    private static final int INITIAL_LENGTH = 64;

    private int[] records = new int[INITIAL_LENGTH];
    private int[] next = new int[INITIAL_LENGTH];
    private int length;
    private @Nullable Group[] groups = new Group[INITIAL_LENGTH];
    private int groupCount;
    private long event; // number of the event in work, never used again

    /** Forgets everything: a new part begins. */
    void clear() {
        Arrays.fill(groups, 0, groupCount, null); // a group that is gone must not be held
        groupCount = 0;
        length = 0;
    }

    boolean isFull() {
        return length >= LENGTH_MAX;
    }

    /** What is offered from now on is for another event than before. */
    void nextEvent() {
        event++;
    }

    /** Notes the record for the group if it wants it; asks once for each event. */
    void offer(final Group group, final BlockFlyweight block, final int record) {
        if (group.offeredEvent == event) {
            return;
        }
        group.offeredEvent = event;
        if (!group.wantsWhatWasFound(block, record)) {
            return;
        }
        final int entry = length;
        if (entry == records.length) {
            records = Arrays.copyOf(records, 2 * entry);
            next = Arrays.copyOf(next, 2 * entry);
        }
        records[entry] = record;
        next[entry] = NONE;
        length = entry + 1;
        if (group.firstMatch == NONE) {
            group.firstMatch = entry;
            addGroup(group);
        } else {
            next[group.lastMatch] = entry;
        }
        group.lastMatch = entry;
    }

    /** Takes back what was noted, and is empty. */
    void forget() {
        for (int i = 0; i < groupCount; i++) {
            group(i).takeMatches();
        }
        clear();
    }

    int groupCount() {
        return groupCount;
    }

    Group group(final int index) {
        final Group group = groups[index];
        if (group == null) {
            throw new IllegalStateException("no group: index=" + index + " count=" + groupCount);
        }
        return group;
    }

    /** Record that an entry names. */
    int record(final int entry) {
        return records[entry];
    }

    /** Entry that follows for the same group, or {@link #NONE}. */
    int next(final int entry) {
        return next[entry];
    }

    private void addGroup(final Group group) {
        if (groupCount == groups.length) {
            groups = Arrays.copyOf(groups, 2 * groupCount);
        }
        groups[groupCount++] = group;
    }
}
