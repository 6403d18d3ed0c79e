package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.MutableDirectBuffer;

/**
 * What of a block goes out, as slices with headers: first planned, then copied. Between the two the
 * reader can ask whether the block was overwritten while it was looked at, and the copy touches
 * nothing that was not checked. One per thread, reused.
 */
public final class FramePlan {
    private static final int SLICES_MAX = BlockDescriptor.BLOCK_RECORDS_MAX;

    // How adding a record ended.
    private static final int ADDED = 0;
    private static final int FULL = 1;
    private static final int NONSENSE = 2;

    private final int[] sliceOffsets = new int[SLICES_MAX];
    private final int[] sliceLengths = new int[SLICES_MAX];
    private final int[] typeOffsets = new int[SLICES_MAX]; // of SSE_NAMED only
    private final int[] typeLengths = new int[SLICES_MAX];
    private int sliceCount;
    private int eventCount;
    private int length;
    private int plannedTo;

    /**
     * Plans the records [{@code from}, {@code to}) of a block.
     *
     * @param lengthMax where to stop; one event is taken even if it is longer.
     * @return false if the descriptors make no sense: the block is being overwritten, or damaged.
     */
    boolean plan(
            final BlockFlyweight block,
            final int from,
            final int to,
            final Filter filter,
            final Framing framing,
            final int lengthMax) {
        sliceCount = 0;
        eventCount = 0;
        length = 0;
        plannedTo = from;
        if (from < 0 || recordsEnd(to) > block.buffer().capacity()) {
            return false;
        }
        if (framing == Framing.SSE && filter.isAll() && planWhole(block, from, to, lengthMax)) {
            return true;
        }
        return planEach(block, from, Math.min(to, from + SLICES_MAX), filter, framing, lengthMax);
    }

    /**
     * Plans the records of a block that were found for a group.
     *
     * @param first the group's first entry.
     * @return see the other {@code plan}.
     */
    boolean plan(
            final BlockFlyweight block,
            final Matches matches,
            final int first,
            final Framing framing) {
        sliceCount = 0;
        eventCount = 0;
        length = 0;
        for (int entry = first; entry != Matches.NONE; entry = matches.next(entry)) {
            plannedTo = matches.record(entry);
            if (add(block, plannedTo, framing, Integer.MAX_VALUE) == NONSENSE) {
                return false;
            }
        }
        return true;
    }

    /** Writes what was planned and returns its {@link #length}. */
    int copy(
            final BlockFlyweight block,
            final Framing framing,
            final MutableDirectBuffer target,
            final int offset) {
        int position = offset;
        for (int i = 0; i < sliceCount; i++) {
            final int sliceLength = sliceLengths[i];
            position +=
                    framing.putHeader(
                            block, typeOffsets[i], typeLengths[i], sliceLength, target, position);
            target.putBytes(position, block.buffer(), sliceOffsets[i], sliceLength);
            position += sliceLength;
        }
        return position - offset;
    }

    int length() {
        return length;
    }

    int eventCount() {
        return eventCount;
    }

    /** First record that was not looked at. */
    int plannedTo() {
        return plannedTo;
    }

    /** All of it as one slice, if that is short enough. */
    private boolean planWhole(
            final BlockFlyweight block, final int from, final int to, final int lengthMax) {
        final long offset = block.frameOffset(from);
        final long end = (long) block.frameOffset(to - 1) + block.frameLength(to - 1);
        if (offset < 0
                || end < offset
                || end > block.buffer().capacity()
                || end - offset > lengthMax) {
            return false;
        }
        sliceOffsets[0] = (int) offset;
        sliceLengths[0] = (int) (end - offset);
        sliceCount = 1;
        eventCount = to - from;
        length = (int) (end - offset);
        plannedTo = to;
        return true;
    }

    private boolean planEach(
            final BlockFlyweight block,
            final int from,
            final int to,
            final Filter filter,
            final Framing framing,
            final int lengthMax) {
        int added = ADDED;
        int index = from;
        while (index < to) {
            if (filter.matches(block, index)) {
                added = add(block, index, framing, lengthMax);
                if (added != ADDED) {
                    break;
                }
            }
            index++;
        }
        plannedTo = index;
        return added != NONSENSE;
    }

    private int add(
            final BlockFlyweight block,
            final int index,
            final Framing framing,
            final int lengthMax) {
        final int capacity = block.buffer().capacity();
        final boolean isNamed = framing == Framing.SSE_NAMED;
        final int sliceOffset = framing.sliceOffset(block, index);
        final int sliceLength = framing.sliceLength(block, index);
        final int typeOffset = isNamed ? block.fieldOffset(index, RecordDescriptor.TYPE_OFFSET) : 0;
        final int typeLength = isNamed ? block.fieldLength(index, RecordDescriptor.TYPE_OFFSET) : 0;
        if (isOutside(sliceOffset, sliceLength, capacity)
                || isOutside(typeOffset, typeLength, capacity)) {
            return NONSENSE;
        }
        final int frameLength = framing.headerLength(typeLength, sliceLength) + sliceLength;
        if (eventCount > 0 && frameLength > lengthMax - length) {
            return FULL;
        }
        length += frameLength;
        eventCount++;
        final int last = sliceCount - 1;
        if (framing == Framing.SSE
                && last >= 0
                && sliceOffsets[last] + sliceLengths[last] == sliceOffset) {
            sliceLengths[last] += sliceLength;
        } else {
            sliceOffsets[last + 1] = sliceOffset;
            sliceLengths[last + 1] = sliceLength;
            typeOffsets[last + 1] = typeOffset;
            typeLengths[last + 1] = typeLength;
            sliceCount = last + 2;
        }
        return ADDED;
    }

    private static boolean isOutside(final int offset, final int length, final int capacity) {
        return offset < 0 || length < 0 || offset > capacity - length;
    }

    private static long recordsEnd(final int count) {
        return BlockDescriptor.HEADER_LENGTH + (long) count * RecordDescriptor.LENGTH;
    }
}
