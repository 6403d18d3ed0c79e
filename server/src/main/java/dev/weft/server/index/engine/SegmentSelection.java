package dev.weft.server.index.engine;

import dev.weft.server.index.Selection;
import dev.weft.server.index.Sequences;
import dev.weft.server.index.segment.FileSegment;
import dev.weft.server.index.segment.OrdinalSet;
import dev.weft.server.index.segment.Segment;
import dev.weft.server.index.segment.Wanted;
import org.jspecify.annotations.Nullable;

/**
 * What matches in each segment, looked up when it is needed. When segments came or went meanwhile,
 * it begins anew within the same bounds. Thread: {@code weft-query}.
 */
final class SegmentSelection implements Selection {
    private final SegmentList list;
    private final RememberedCounts remembered;
    private final Wanted wanted;
    private final long from; // inclusive
    private final long to; // inclusive
    private long epoch = -1;
    private Part[] parts = {};

    SegmentSelection(
            final SegmentList list,
            final RememberedCounts remembered,
            final Wanted wanted,
            final long from,
            final long to) {
        this.list = list;
        this.remembered = remembered;
        this.wanted = wanted;
        this.from = from;
        this.to = to;
    }

    /** The parts, oldest first; valid in this epoch of the list. */
    Part[] parts() {
        if (epoch != list.epoch()) {
            epoch = list.epoch();
            final Segment[] segments = list.segments();
            final long oldest = Math.max(from, list.oldestSequence());
            final int first = SegmentList.find(segments, oldest);
            int end = first;
            while (end < segments.length && segments[end].firstSequence() <= to) {
                end++;
            }
            parts = new Part[end - first];
            for (int i = first; i < end; i++) {
                parts[i - first] =
                        new Part(
                                segments[i],
                                segments[i].ordinalFrom(oldest),
                                segments[i].ordinalFrom(to + 1));
            }
        }
        return parts;
    }

    long epoch() {
        return epoch;
    }

    boolean isCurrent() {
        return epoch == list.epoch();
    }

    /** Whether retention has taken a sequence since. */
    boolean isGone(final long sequence) {
        return sequence < list.oldestSequence();
    }

    @Override
    public long count() {
        long count = 0;
        for (final Part part : parts()) {
            count += part.count();
        }
        return count;
    }

    @Override
    public long countBefore(final long sequence) {
        long count = 0;
        for (final Part part : parts()) {
            if (part.segment.lastSequence() < sequence) {
                count += part.count();
            } else {
                return count + part.rank(sequence);
            }
        }
        return count;
    }

    @Override
    public Sequences ascending(final long offset) {
        final Part[] all = parts();
        long rest = Math.max(0, offset);
        for (int i = 0; i < all.length; i++) {
            if (rest < all[i].count()) {
                return new SegmentSequences(this, true, i, (int) rest);
            }
            rest -= all[i].count();
        }
        return new SegmentSequences(this, true, all.length, 0);
    }

    @Override
    public Sequences descending(final long offset) {
        final Part[] all = parts();
        long rest = Math.max(0, offset);
        for (int i = all.length - 1; i >= 0; i--) {
            if (rest < all[i].count()) {
                return new SegmentSequences(this, false, i, (int) (all[i].count() - 1 - rest));
            }
            rest -= all[i].count();
        }
        return new SegmentSequences(this, false, -1, 0);
    }

    @Override
    public Sequences ascendingFrom(final long sequence) {
        return new SegmentSequences(this, true, sequence);
    }

    @Override
    public Sequences descendingFrom(final long sequence) {
        return new SegmentSequences(this, false, sequence);
    }

    /** What matches in one segment; ranks count from the first one that is within the bounds. */
    final class Part {
        private final Segment segment;
        private final int fromOrdinal;
        private final int toOrdinal; // exclusive
        private @Nullable OrdinalSet set;
        private int rankBefore;
        private int count = -1;

        Part(final Segment segment, final int fromOrdinal, final int toOrdinal) {
            this.segment = segment;
            this.fromOrdinal = fromOrdinal;
            this.toOrdinal = toOrdinal;
        }

        Segment segment() {
            return segment;
        }

        int fromOrdinal() {
            return fromOrdinal;
        }

        int toOrdinal() {
            return toOrdinal;
        }

        int count() {
            if (count < 0) {
                if (fromOrdinal >= toOrdinal) {
                    count = 0;
                } else if (segment instanceof FileSegment file
                        && fromOrdinal == 0
                        && toOrdinal == file.count()) {
                    count = remembered.count(wanted, file);
                } else {
                    set();
                }
            }
            return count;
        }

        /** All that match in the segment, also outside the bounds. */
        OrdinalSet set() {
            OrdinalSet current = set;
            if (current == null) {
                current = segment.matches(wanted);
                set = current;
                rankBefore = current.countBefore(fromOrdinal);
                count = Math.max(0, current.countBefore(toOrdinal) - rankBefore);
            }
            return current;
        }

        /** How many come before a sequence. */
        int rank(final long sequence) {
            final int ordinal =
                    Math.min(toOrdinal, Math.max(fromOrdinal, segment.ordinalFrom(sequence)));
            if (ordinal <= fromOrdinal) {
                return 0;
            }
            return ordinal == toOrdinal ? count() : set().countBefore(ordinal) - rankBefore;
        }

        /** Copies ordinals from a rank on, at most as many as there are. */
        int fill(final int rank, final int[] target) {
            final OrdinalSet current = set();
            return Math.min(current.fill(rankBefore + rank, target), count - rank);
        }
    }
}
