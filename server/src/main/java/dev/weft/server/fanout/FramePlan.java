package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.protocol.frame.RecordDescriptor;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What of a block goes out, as slices with headers: first planned, then copied. Between the two the
 * reader can ask whether the block was overwritten while it was looked at, and the copy touches
 * nothing that was not checked. One per thread, reused.
 */
public final class FramePlan {
    private static final int SLICES_MAX = BlockDescriptor.BLOCK_RECORDS_MAX;

    /** Digits of the largest sequence. */
    private static final int SEQUENCE_LENGTH_MAX = 19;

    /** What stands on each side of the digits at least. */
    private static final int ID_LINE_ROOM = 7;

    // How adding a record ended.
    private static final int ADDED = 0;
    private static final int FULL = 1;
    private static final int NONSENSE = 2;
    private static final int LAST = 3; // added, and nothing is wanted after it

    private final int[] sliceOffsets = new int[SLICES_MAX];
    private final int[] sliceLengths = new int[SLICES_MAX];
    // What headers tell of the event besides, where they do.
    private final int[] typeOffsets = new int[SLICES_MAX];
    private final int[] typeLengths = new int[SLICES_MAX];
    private final int[] sequenceOffsets = new int[SLICES_MAX];
    private final int[] sequenceLengths = new int[SLICES_MAX];
    private int sliceCount;
    private int eventCount;
    private int length;
    private int plannedTo;
    private int end; // number of the last event in the filter's ending

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
        end = Ending.NONE;
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
            final Filter filter,
            final Framing framing) {
        sliceCount = 0;
        eventCount = 0;
        length = 0;
        end = Ending.NONE;
        final Ending ending = filter.ending();
        int added = ADDED;
        for (int entry = first;
                entry != Matches.NONE && added == ADDED;
                entry = matches.next(entry)) {
            plannedTo = matches.record(entry);
            added = add(block, plannedTo, framing, ending, Integer.MAX_VALUE);
        }
        return added != NONSENSE;
    }

    /** Writes what was planned and returns its {@link #length}. */
    int copy(
            final BlockFlyweight block,
            final Framing framing,
            final MutableDirectBuffer target,
            final int offset) {
        final int trailerLength = framing.trailerLength();
        int position = offset;
        for (int i = 0; i < sliceCount; i++) {
            final int sliceLength = sliceLengths[i];
            position +=
                    framing.putHeader(
                            block,
                            typeOffsets[i],
                            typeLengths[i],
                            sequenceOffsets[i],
                            sequenceLengths[i],
                            sliceLength,
                            target,
                            position);
            target.putBytes(position, block.buffer(), sliceOffsets[i], sliceLength);
            position += sliceLength;
            framing.putTrailer(target, position);
            position += trailerLength;
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

    /** Number of the last event in the filter's {@link Ending}, or its {@code NONE}. */
    int end() {
        return end;
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
        final Ending ending = filter.ending();
        int added = ADDED;
        int index = from;
        while (index < to && added == ADDED) {
            if (filter.matches(block, index)) {
                added = add(block, index, framing, ending, lengthMax);
                if (added == FULL || added == NONSENSE) {
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
            final @Nullable Ending ending,
            final int lengthMax) {
        final int capacity = block.buffer().capacity();
        final boolean isTyped = framing.tellsType();
        final boolean isPayload = framing.isPayload();
        final int sliceOffset = framing.sliceOffset(block, index);
        final int sliceLength = framing.sliceLength(block, index);
        final int typeOffset = isTyped ? block.fieldOffset(index, RecordDescriptor.TYPE_OFFSET) : 0;
        final int typeLength = isTyped ? block.fieldLength(index, RecordDescriptor.TYPE_OFFSET) : 0;
        final int sequenceOffset = isPayload ? framing.sequenceOffset(block, index) : 0;
        final int sequenceLength = isPayload ? framing.sequenceLength(block, index) : 0;
        if (isOutside(sliceOffset, sliceLength, capacity)
                || isOutside(typeOffset, typeLength, capacity)
                || (isPayload && isNoIdLine(sequenceOffset, sequenceLength, capacity))) {
            return NONSENSE;
        }
        final int frameLength =
                framing.headerLength(typeLength, sequenceLength, sliceLength)
                        + sliceLength
                        + framing.trailerLength();
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
            sequenceOffsets[last + 1] = sequenceOffset;
            sequenceLengths[last + 1] = sequenceLength;
            sliceCount = last + 2;
        }
        if (ending != null) {
            end = ending.of(block, index);
        }
        return end == Ending.NONE ? ADDED : LAST;
    }

    /** The digits stand between what belongs to their line: a few bytes before and behind them. */
    private static boolean isNoIdLine(final int offset, final int length, final int capacity) {
        return length < 1
                || length > SEQUENCE_LENGTH_MAX
                || isOutside(offset - ID_LINE_ROOM, length + 2 * ID_LINE_ROOM, capacity);
    }

    private static boolean isOutside(final int offset, final int length, final int capacity) {
        return offset < 0 || length < 0 || offset > capacity - length;
    }

    private static long recordsEnd(final int count) {
        return BlockDescriptor.HEADER_LENGTH + (long) count * RecordDescriptor.LENGTH;
    }
}
