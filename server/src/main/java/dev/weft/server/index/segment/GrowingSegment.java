package dev.weft.server.index.segment;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.IndexField;
import dev.weft.server.memory.LazyMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The newest events, in memory. Adding one allocates nothing once its memory is resident. When it
 * is full it is written to a file, read only by then, and cleared for the next events.
 */
public final class GrowingSegment extends SearchedSegment {
    private static final IndexField[] FIELDS = IndexField.values();
    private static final int RUNS_MIN = 16;

    private final SegmentLimits limits;
    private final TermTable terms;
    private final PostingLists lists;
    private final GrowingMatches matches;
    private final UnsafeBuffer times;
    private final UnsafeBuffer blockOrdinals;
    private final UnsafeBuffer blockPlaces;
    private int[] runOrdinals = new int[RUNS_MIN]; // where sequences are no longer dense
    private long[] runSequences = new long[RUNS_MIN];
    private int runCount;
    private int blockCount;
    private long lastPlace;
    private long lastSequence;
    private int firstChecksum;
    private int lastChecksum;
    private int count;

    public GrowingSegment(final SegmentLimits limits, final long hashSeed) {
        this.limits = limits;
        terms = new TermTable(limits, hashSeed);
        lists = new PostingLists(limits, terms);
        matches = new GrowingMatches(terms, lists);
        times = new UnsafeBuffer(LazyMemory.allocate(limits.events() * SIZE_OF_LONG));
        blockOrdinals = new UnsafeBuffer(LazyMemory.allocate(limits.events() * SIZE_OF_INT));
        blockPlaces = new UnsafeBuffer(LazyMemory.allocate(limits.events() * SIZE_OF_LONG));
    }

    /** Forgets everything. */
    public void clear() {
        terms.clear();
        lists.clear();
        matches.clear();
        runCount = 0;
        blockCount = 0;
        count = 0;
    }

    /**
     * Whether an event may not fit.
     *
     * @param timestampUs of the event.
     */
    public boolean isFull(final long timestampUs) {
        return count == limits.events()
                || terms.isFull()
                || lists.isFull()
                || (count > 0 && (timestampUs - timestamp(0)) >>> SegmentDescriptor.TIME_BITS != 0);
    }

    /**
     * Adds an event, which is newer than all others in it.
     *
     * @param checksum of the block, to know it again.
     */
    public void add(
            final BlockFlyweight block, final int index, final long place, final int checksum) {
        final int ordinal = count;
        final long sequence = block.firstSequence() + index;
        if (ordinal == 0 || sequence != lastSequence + 1) {
            beginRun(ordinal, sequence);
        }
        if (blockCount == 0 || place != lastPlace) {
            blockOrdinals.putInt(blockCount * SIZE_OF_INT, ordinal);
            blockPlaces.putLong(blockCount * SIZE_OF_LONG, place);
            blockCount++;
            lastPlace = place;
        }
        if (ordinal == 0) {
            firstChecksum = checksum;
        }
        lastChecksum = checksum;
        times.putLong(ordinal * SIZE_OF_LONG, block.timestamp(index));
        for (final IndexField field : FIELDS) {
            final int length = field.length(block, index);
            if (length > 0) {
                lists.add(
                        terms.findOrAdd(field, block.buffer(), field.offset(block, index), length),
                        ordinal);
            }
        }
        lastSequence = sequence;
        count = ordinal + 1;
    }

    private void beginRun(final int ordinal, final long sequence) {
        if (runCount == runOrdinals.length) {
            runOrdinals = Arrays.copyOf(runOrdinals, 2 * runCount);
            runSequences = Arrays.copyOf(runSequences, 2 * runCount);
        }
        runOrdinals[runCount] = ordinal;
        runSequences[runCount] = sequence;
        runCount++;
    }

    /** Bytes that are in use, resident at least. */
    public long usedBytes() {
        return (long) count * SIZE_OF_LONG
                + (long) blockCount * (SIZE_OF_INT + SIZE_OF_LONG)
                + terms.textBytes()
                + terms.count() * 44L
                + lists.listBytes()
                + lists.pageBytes();
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long firstSequence() {
        return runSequences[0];
    }

    @Override
    public long lastSequence() {
        return lastSequence;
    }

    @Override
    public long timestamp(final int ordinal) {
        return times.getLong(ordinal * SIZE_OF_LONG);
    }

    @Override
    public OrdinalSet matches(final Wanted wanted) {
        return wanted.isAll() ? new OrdinalRange(count) : matches.of(wanted, count);
    }

    @Override
    public void count(final IndexField field, final long @Nullable [] within, final TermSink sink) {
        for (int term = terms.newestOf(field); term != TermTable.NONE; term = terms.next(term)) {
            final int counted =
                    within == null ? terms.get(term, TermTable.COUNT) : lists.countIn(term, within);
            if (counted > 0) {
                sink.add(terms.text(term), counted);
            }
        }
    }

    @Override
    public List<TermCount> terms(
            final IndexField field,
            final byte[] prefix,
            final byte[] after,
            final int limit,
            final int fromOrdinal) {
        final PriorityQueue<Integer> last = // of the smallest ones the largest comes first
                new PriorityQueue<>((one, other) -> terms.compare((int) other, (int) one));
        for (int term = terms.newestOf(field); term != TermTable.NONE; term = terms.next(term)) {
            if (terms.get(term, TermTable.LAST) < fromOrdinal
                    || !terms.startsWith(term, prefix)
                    || (after.length > 0 && terms.compare(term, after) <= 0)) {
                continue;
            }
            if (last.size() < limit) {
                last.add(term);
            } else if (terms.compare(term, (int) last.element()) < 0) {
                last.remove();
                last.add(term);
            }
        }
        final List<TermCount> found = new ArrayList<>();
        while (!last.isEmpty()) {
            found.add(count(last.remove(), fromOrdinal));
        }
        Collections.reverse(found);
        return found;
    }

    private TermCount count(final int term, final int fromOrdinal) {
        final byte[] text = terms.text(term);
        final int all = terms.get(term, TermTable.COUNT);
        final int first = terms.get(term, TermTable.FIRST);
        final int lastOrdinal = terms.get(term, TermTable.LAST);
        if (first >= fromOrdinal) {
            return new TermCount(text, all, first, lastOrdinal);
        }
        return TermCounts.cut(text, matches.of(term, count), fromOrdinal);
    }

    // ---- for the one who writes it to a file ----

    TermTable terms() {
        return terms;
    }

    PostingLists lists() {
        return lists;
    }

    @Override
    int runCount() {
        return runCount;
    }

    @Override
    int runOrdinal(final int run) {
        return runOrdinals[run];
    }

    @Override
    long runSequence(final int run) {
        return runSequences[run];
    }

    @Override
    int blockCount() {
        return blockCount;
    }

    @Override
    int blockOrdinal(final int block) {
        return blockOrdinals.getInt(block * SIZE_OF_INT);
    }

    @Override
    long blockPlace(final int block) {
        return blockPlaces.getLong(block * SIZE_OF_LONG);
    }

    int firstChecksum() {
        return firstChecksum;
    }

    int lastChecksum() {
        return lastChecksum;
    }
}
