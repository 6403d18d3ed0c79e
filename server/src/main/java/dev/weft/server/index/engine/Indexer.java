package dev.weft.server.index.engine;

import dev.weft.protocol.frame.BlockDescriptor;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.Segment;
import dev.weft.server.index.segment.SegmentLimits;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the journal, a bounded step per duty cycle: at the start past the files of earlier runs,
 * which it takes over if they fit the journal, then event by event. A segment that is full goes to
 * {@link SegmentFiler}; while two are waited for, nothing more is indexed. What retention has
 * deleted is dropped. Thread: {@code weft-query}.
 */
final class Indexer implements Agent {
    private static final int EVENTS_MAX = 1_024;
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int EVENTS_BETWEEN_LOOKS = 64; // at the clock
    private static final int SEGMENTS_IN_MEMORY_MAX = 2;
    private static final int EVENTS_KEPT_MIN = 1 << 16; // when it ends; fewer are soon made again

    private static final Logger LOG = LoggerFactory.getLogger(Indexer.class);

    private final Journal journal;
    private final SegmentLimits limits;
    private final long hashSeed;
    private final SegmentList list;
    private final RememberedCounts remembered;
    private final SegmentFiler filer;
    private final IndexCounters counters;
    private final LongSupplier clockNs;
    private final BlockFlyweight view = new BlockFlyweight();
    private final Deque<FileSegment> found = new ArrayDeque<>(); // of earlier runs, not yet used
    private boolean allFound;
    private @Nullable JournalReader reader; // made by the thread that uses it
    private @Nullable JournalReader finder; // the same
    private @Nullable GrowingSegment spare;
    private int segmentsInMemory = 1;
    private long nextSequence = 1;
    private boolean isInBlock;
    private long place;
    private int checksum;

    Indexer(
            final Journal journal,
            final SegmentLimits limits,
            final long hashSeed,
            final SegmentList list,
            final RememberedCounts remembered,
            final SegmentFiler filer,
            final IndexCounters counters,
            final LongSupplier clockNs) {
        this.journal = journal;
        this.limits = limits;
        this.hashSeed = hashSeed;
        this.list = list;
        this.remembered = remembered;
        this.filer = filer;
        this.counters = counters;
        this.clockNs = clockNs;
    }

    @Override
    public int doWork() {
        int workCount = 0;
        for (FileJob result = filer.poll(); result != null; result = filer.poll()) {
            take(result);
            workCount++;
        }
        workCount += dropDeleted();
        workCount += index();
        list.indexedSequence(nextSequence - 1);
        counters.indexed(nextSequence - 1);
        if (workCount == 0) {
            letGo();
        }
        return workCount;
    }

    private void take(final FileJob result) {
        if (result instanceof FileJob.Found file) {
            final FileSegment segment = file.file();
            if (segment == null) {
                allFound = true;
            } else {
                found.add(segment);
            }
        } else if (result instanceof FileJob.Written written) {
            if (!list.replace(written.segment(), written.file())) {
                discard(written.file()); // retention was faster
            }
            written.segment().clear();
            spare = written.segment();
            tellSizes();
        }
    }

    // ---- retention ----

    private int dropDeleted() {
        final long oldest = journal.oldestSequence();
        if (oldest == list.oldestSequence()) {
            return 0;
        }
        list.oldestSequence(oldest);
        int dropped = 0;
        while (!list.closed().isEmpty() && list.closed().get(0).lastSequence() < oldest) {
            final Segment segment = list.removeFirst();
            if (segment instanceof FileSegment file) {
                discard(file);
            }
            dropped++;
        }
        if (dropped > 0) {
            tellSizes();
        }
        return dropped;
    }

    private void discard(final FileSegment file) {
        remembered.forget(file);
        file.close();
        if (!filer.offer(new FileJob.Delete(file.path()))) {
            LOG.warn("a file of the index stays until the next start: {}", file.path());
        }
    }

    // ---- events ----

    private int index() {
        final long startNs = clockNs.getAsLong();
        int workCount = 0;
        while (workCount < EVENTS_MAX) {
            final long before = nextSequence;
            if (!isInBlock && !nextBlock()) {
                return workCount + (nextSequence == before ? 0 : 1);
            }
            final int added = addEvents(Math.min(EVENTS_BETWEEN_LOOKS, EVENTS_MAX - workCount));
            workCount += added;
            if (added == 0 || clockNs.getAsLong() - startNs > STEP_NS) {
                return workCount;
            }
        }
        return workCount;
    }

    /** Adds events of the block in view; 0 if there is no room for one. */
    private int addEvents(final int countMax) {
        final long end = Math.min(view.lastSequence() + 1, nextFound());
        int added = 0;
        while (added < countMax && nextSequence < end) {
            final int index = (int) (nextSequence - view.firstSequence());
            GrowingSegment growing = list.growing();
            if (growing.isFull(view.timestamp(index))) {
                if (!close()) {
                    return added;
                }
                growing = list.growing();
            }
            growing.add(view, index, place, checksum);
            nextSequence++;
            added++;
        }
        if (nextSequence >= end) {
            isInBlock = false;
        }
        return added;
    }

    /** First sequence of the next file that could be taken over. */
    private long nextFound() {
        final FileSegment file = found.peek();
        return file == null ? Long.MAX_VALUE : file.firstSequence();
    }

    /** Goes to the block that holds the next sequence; false if there is nothing to do now. */
    private boolean nextBlock() {
        if (!takeOver() || (found.isEmpty() && !allFound)) {
            return false;
        }
        final JournalReader current = reader();
        current.seek(nextSequence);
        final int status = current.next(view);
        if (status == JournalReader.GAP) {
            nextSequence = current.gapTo() + 1;
            return false;
        }
        if (status == JournalReader.END) {
            if (!found.isEmpty() && found.element().firstSequence() > nextSequence) {
                reject(found.remove(), "the journal ends before it");
            }
            return false;
        }
        if (view.lastSequence() < nextSequence) {
            return false; // what the reader promises not to do
        }
        nextSequence = Math.max(nextSequence, view.firstSequence());
        place = current.place();
        checksum = checksum(view);
        isInBlock = true;
        return true;
    }

    private static int checksum(final BlockFlyweight block) {
        return block.buffer().getInt(BlockDescriptor.CRC_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    // ---- files of earlier runs ----

    /** Uses the files that begin here; false if there is no room for that now. */
    private boolean takeOver() {
        while (!found.isEmpty() && found.element().firstSequence() <= nextSequence) {
            final FileSegment file = found.element();
            if (file.lastSequence() < Math.max(nextSequence, journal.oldestSequence())) {
                discard(found.remove()); // retention was faster
            } else if (file.firstSequence() < nextSequence && !list.isEmpty()) {
                reject(found.remove(), "another one holds its events");
            } else if (!fits(file)) {
                reject(found.remove(), "it does not fit the journal");
            } else {
                if (list.growing().count() > 0 && !close()) {
                    return false;
                }
                list.add(found.remove());
                nextSequence = file.lastSequence() + 1;
                tellSizes();
            }
        }
        return true;
    }

    /** Whether the journal has the blocks that the file was made of: its first and its last one. */
    private boolean fits(final FileSegment file) {
        final boolean isFirstThere = file.firstSequence() >= journal.oldestSequence();
        return (!isFirstThere || isBlock(file.place(0), file.firstSequence(), file.firstChecksum()))
                && isBlock(file.place(file.count() - 1), file.lastSequence(), file.lastChecksum());
    }

    private boolean isBlock(final long wantedPlace, final long sequence, final int wanted) {
        final JournalReader current = finder();
        if (!current.find(wantedPlace, sequence, view)) {
            current.seek(sequence);
            if (current.next(view) != JournalReader.BLOCK) {
                return false;
            }
        }
        return view.firstSequence() <= sequence
                && sequence <= view.lastSequence()
                && checksum(view) == wanted;
    }

    private void reject(final FileSegment file, final String reason) {
        LOG.warn(
                "index segment is not used, it is made again from the journal: file={}: {}",
                file.path().getFileName(),
                reason);
        counters.onDamaged();
        discard(file);
    }

    // ---- segments in memory ----

    /** Has the growing segment written and goes on with an empty one; false if there is none. */
    private boolean close() {
        GrowingSegment next = spare;
        if (next == null) {
            if (segmentsInMemory == SEGMENTS_IN_MEMORY_MAX) {
                return false;
            }
            next = new GrowingSegment(limits, hashSeed);
            segmentsInMemory++;
        }
        if (!filer.offer(new FileJob.Write(list.growing()))) {
            spare = next;
            return false;
        }
        spare = null;
        list.grow(next);
        tellSizes();
        return true;
    }

    private void tellSizes() {
        long files = 0;
        long bytesInFiles = 0;
        long bytesInMemory = list.growing().usedBytes();
        for (final Segment segment : list.closed()) {
            if (segment instanceof FileSegment file) {
                files++;
                bytesInFiles += file.length();
            } else if (segment instanceof GrowingSegment growing) {
                bytesInMemory += growing.usedBytes();
            }
        }
        counters.sizes(files, bytesInFiles, bytesInMemory);
    }

    // ---- the journal ----

    private JournalReader reader() {
        JournalReader current = reader;
        if (current == null) {
            current = journal.newReader();
            reader = current;
        }
        return current;
    }

    private JournalReader finder() {
        JournalReader current = finder;
        if (current == null) {
            current = journal.newReader();
            finder = current;
        }
        return current;
    }

    private void letGo() {
        if (reader != null && reader.letGo()) {
            isInBlock = false;
        }
        if (finder != null) {
            finder.letGo();
        }
    }

    /** A long growing segment is written, so that the next start need not index it again. */
    @Override
    public void onClose() {
        if (list.growing().count() >= EVENTS_KEPT_MIN) {
            filer.offer(new FileJob.Write(list.growing()));
        }
        if (reader != null) {
            reader.close();
        }
        if (finder != null) {
            finder.close();
        }
    }

    @Override
    public String roleName() {
        return "indexer";
    }
}
