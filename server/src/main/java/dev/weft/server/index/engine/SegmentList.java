package dev.weft.server.index.engine;

import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.GrowingSegment;
import dev.weft.server.index.segment.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments there are, in the order of their sequences; the last one may grow. Whoever remembers
 * something of them looks at {@link #epoch} first: a segment that left the list must not be touched
 * any more. Thread: {@code weft-query}.
 */
final class SegmentList {
    private final List<Segment> closed = new ArrayList<>();
    private GrowingSegment growing;
    private long epoch;
    private long oldestSequence = 1;
    private long indexedSequence;
    private Segment[] snapshot = {};
    private boolean isSnapshotWithGrowing;
    private long snapshotEpoch = -1;

    SegmentList(final GrowingSegment growing) {
        this.growing = growing;
    }

    /** Changes when a segment comes, goes or is replaced, or the oldest sequence is another one. */
    long epoch() {
        return epoch;
    }

    /** All that have events; not to be written to, valid for this epoch. */
    Segment[] segments() {
        final boolean isWithGrowing = growing.count() > 0;
        if (snapshotEpoch != epoch || isSnapshotWithGrowing != isWithGrowing) {
            final List<Segment> all = new ArrayList<>(closed);
            if (isWithGrowing) {
                all.add(growing);
            }
            snapshot = all.toArray(new Segment[0]);
            isSnapshotWithGrowing = isWithGrowing;
            snapshotEpoch = epoch;
        }
        return snapshot;
    }

    /** Oldest sequence that counts; sequences below may still be in the first segment. */
    long oldestSequence() {
        return Math.min(oldestSequence, indexedSequence + 1);
    }

    void oldestSequence(final long sequence) {
        if (sequence != oldestSequence) {
            oldestSequence = sequence;
            epoch++;
        }
    }

    long indexedSequence() {
        return indexedSequence;
    }

    void indexedSequence(final long sequence) {
        indexedSequence = sequence;
    }

    GrowingSegment growing() {
        return growing;
    }

    /** The growing one is closed, and another one, which is empty, grows on. */
    void grow(final GrowingSegment next) {
        closed.add(growing);
        growing = next;
        epoch++;
    }

    boolean isEmpty() {
        return closed.isEmpty() && growing.count() == 0;
    }

    List<Segment> closed() {
        return closed;
    }

    void add(final FileSegment segment) {
        closed.add(segment);
        epoch++;
    }

    /** Puts the same events in a file in the place of those in memory; false if they are gone. */
    boolean replace(final GrowingSegment written, final FileSegment file) {
        final int at = closed.indexOf(written);
        if (at >= 0) {
            closed.set(at, file);
            epoch++;
        }
        return at >= 0;
    }

    Segment removeFirst() {
        epoch++;
        return closed.remove(0);
    }

    /** Index in {@link #segments} of the first one that ends at or after a sequence. */
    static int find(final Segment[] segments, final long sequence) {
        int low = 0;
        int high = segments.length;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (segments[middle].lastSequence() >= sequence) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
