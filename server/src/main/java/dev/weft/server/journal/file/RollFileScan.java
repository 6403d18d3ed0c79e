package dev.weft.server.journal.file;

import dev.weft.server.journal.SequenceRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over all bytes of a roll file found: every block is checked, and what lies beyond
 * the last one. Nothing is changed. Single use.
 */
public final class RollFileScan {
    /** Names of gaps that are listed; further ones are only counted into the last. */
    private static final int GAPS_LISTED_MAX = 1_000;

    private final RollFile file;
    private final Consumer<BlockWalk> onBlock;

    private long firstSequence;
    private long lastSequence;
    private long lastTimestamp;
    private long blockCount;
    private long blockBytes;
    private long lastBlockPosition = -1;
    private long endPosition;
    private long lastDirtyPosition = -1;
    private boolean finished;
    private final List<String> damages = new ArrayList<>();
    private long writtenAtStart;
    private boolean writtenIsBlock; // a block begins where Chronicle says that the last one does
    private final List<SequenceRange> gaps = new ArrayList<>();
    private Positions positions;

    private RollFileScan(
            final RollFile file, final long positionSpacing, final Consumer<BlockWalk> onBlock) {
        this.file = file;
        positions = new Positions(positionSpacing);
        this.onBlock = onBlock;
    }

    /**
     * Scans a file.
     *
     * @param isLast whether it is the one that is appended to: only then the state of its end
     *     matters.
     */
    public static RollFileScan of(
            final RollFile file, final long positionSpacing, final boolean isLast)
            throws IOException {
        final RollFileScan scan = new RollFileScan(file, positionSpacing, walk -> {});
        try (ChannelFileBytes bytes = new ChannelFileBytes(file)) {
            scan.run(bytes);
            if (isLast) {
                scan.checkEnd(bytes);
            }
        }
        return scan;
    }

    /**
     * Scans a file, which a server may be appending to, and hands out its valid blocks in order.
     *
     * @param isLast as in {@link #of}.
     * @param onBlock is given the walk that stands behind the block, and the bytes it is in.
     */
    public static RollFileScan inspect(
            final RollFile file,
            final boolean isLast,
            final BiConsumer<BlockWalk, FileBytes> onBlock)
            throws IOException {
        try (ChannelFileBytes bytes = new ChannelFileBytes(file)) {
            final RollFileScan scan =
                    new RollFileScan(file, Long.MAX_VALUE / 4, walk -> onBlock.accept(walk, bytes));
            scan.run(bytes);
            if (isLast) {
                scan.checkEnd(bytes);
            }
            return scan;
        }
    }

    /**
     * Hands out every valid block of a file whose sequences go on from those before, in order.
     *
     * @param onBlock is given the walk that stands behind the block, and the bytes it is in.
     */
    public static void copy(final RollFile file, final BiConsumer<BlockWalk, FileBytes> onBlock)
            throws IOException {
        try (ChannelFileBytes bytes = new ChannelFileBytes(file)) {
            new RollFileScan(file, Long.MAX_VALUE / 4, walk -> onBlock.accept(walk, bytes))
                    .run(bytes);
        }
    }

    public RollFile file() {
        return file;
    }

    /** First sequence, 0 if there is no block. */
    public long firstSequence() {
        return firstSequence;
    }

    /** Last sequence, 0 if there is no block. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Microseconds since the epoch, 0 if there is no block. */
    public long lastTimestamp() {
        return lastTimestamp;
    }

    public long blockCount() {
        return blockCount;
    }

    /** Bytes of all valid blocks with their header words. */
    public long blockBytes() {
        return blockBytes;
    }

    /** Position of the last block's header word, -1 if there is no block. */
    public long lastBlockPosition() {
        return lastBlockPosition;
    }

    /** Where the next record's header word goes. */
    public long endPosition() {
        return endPosition;
    }

    /**
     * Last byte that is not zero beyond the end, -1 for none: a record that was never committed.
     */
    public long lastDirtyPosition() {
        return lastDirtyPosition;
    }

    /** Whether the file has its end mark, so that nothing may be appended to it. */
    public boolean isFinished() {
        return finished;
    }

    /** What is wrong with it in words, or null. */
    public @Nullable String damage() {
        return damages.isEmpty() ? null : damages.get(0);
    }

    /** Everything that is wrong with it, in the order of the file; a long list is cut. */
    public List<String> damages() {
        return damages;
    }

    /** Sequences between the blocks of this file that are not there. */
    public List<SequenceRange> gaps() {
        return gaps;
    }

    /** Entries for this file alone. */
    public Positions positions() {
        return positions;
    }

    private void run(final ChannelFileBytes bytes) {
        // Before the walk: what Chronicle has counted by now must be found, also while it goes on.
        writtenAtStart = ChronicleHeader.writePosition(bytes);
        final BlockWalk walk = new BlockWalk(bytes, false);
        long trusted = 0;
        long indexed = -positions.spacing();
        for (; ; ) {
            final int found = walk.next();
            if (found != BlockWalk.BLOCK) {
                final long stop = walk.position();
                if (!resume(walk, trusted, found, bytes)) {
                    endPosition = stop;
                    finished = found == BlockWalk.END_OF_FILE;
                    if (found == BlockWalk.DAMAGED || found == BlockWalk.OUT_OF_BYTES) {
                        damaged("no record at its end", stop);
                    }
                    return;
                }
                damaged("broken record", stop);
            }
            take(walk);
            final long header = walk.blockPosition() - RecordHeader.LENGTH;
            if (header - indexed >= positions.spacing()) {
                positions =
                        positions.with(
                                walk.firstSequence(), walk.firstTimestamp(), file.cycle(), header);
                indexed = header;
            }
            trusted = walk.position();
        }
    }

    /** Finds the next block behind a break; a block that was just never committed is not one. */
    private boolean resume(
            final BlockWalk walk, final long trusted, final int stopped, final FileBytes bytes) {
        final long stop = walk.position();
        long from = trusted;
        while (walk.search(from, lastSequence + 1, Long.MAX_VALUE)) {
            final boolean isUncommitted =
                    stopped == BlockWalk.UNWRITTEN
                            && walk.blockPosition() == stop + RecordHeader.LENGTH
                            && ChronicleHeader.writePosition(bytes) < stop;
            if (!isUncommitted) {
                return true;
            }
            from = walk.position();
        }
        walk.position(stop);
        return false;
    }

    private void take(final BlockWalk walk) {
        final long first = walk.firstSequence();
        if (blockCount == 0) {
            firstSequence = first;
        } else if (first > lastSequence + 1) {
            gap(lastSequence + 1, first - 1);
        } else if (first <= lastSequence) {
            damaged("sequence goes back", walk.blockPosition());
            return;
        }
        onBlock.accept(walk);
        lastSequence = Math.max(lastSequence, walk.lastSequence());
        lastTimestamp = Math.max(lastTimestamp, walk.lastTimestamp());
        lastBlockPosition = walk.blockPosition() - RecordHeader.LENGTH;
        writtenIsBlock |= lastBlockPosition == writtenAtStart;
        blockBytes += walk.position() - lastBlockPosition;
        blockCount++;
    }

    private void gap(final long from, final long to) {
        if (gaps.size() < GAPS_LISTED_MAX) {
            gaps.add(new SequenceRange(from, to));
        } else {
            final SequenceRange last = gaps.remove(gaps.size() - 1);
            gaps.add(new SequenceRange(last.from(), to));
        }
    }

    private void checkEnd(final ChannelFileBytes bytes) {
        final long written = writtenAtStart;
        if (written == ChronicleHeader.UNREADABLE) {
            damaged("unreadable file header", 0);
        } else if (written > Math.max(lastBlockPosition, 0)) {
            damaged("records lost at the end, the last one was at " + written, endPosition);
        } else if (written > 0 && !writtenIsBlock) { // Chronicle would look for the end from there
            damaged("no record where the last one was said to be, at " + written, endPosition);
        }
        if (!finished) {
            if (endPosition + Long.BYTES > bytes.length()) {
                damaged("file ends early", endPosition);
            }
            findDirty(bytes);
        }
    }

    private void findDirty(final ChannelFileBytes bytes) {
        long position = endPosition;
        while (position + Long.BYTES <= bytes.length() && bytes.load(position, Long.BYTES)) {
            final int available = bytes.available(position) & ~(Long.BYTES - 1);
            final UnsafeBuffer memory = bytes.memory();
            final int start = bytes.index(position);
            for (int i = available - Long.BYTES; i >= 0; i -= Long.BYTES) {
                if (memory.getLong(start + i) != 0) {
                    lastDirtyPosition = position + i + Long.BYTES - 1;
                    break;
                }
            }
            position += available;
        }
    }

    private void damaged(final String what, final long position) {
        if (damages.size() < GAPS_LISTED_MAX) {
            damages.add(
                    what
                            + ": file="
                            + file.path().getFileName()
                            + " position="
                            + position
                            + " afterSequence="
                            + lastSequence);
        }
    }
}
