package dev.weft.server.journal.recovery;

import dev.weft.server.journal.file.BlockWalk;
import dev.weft.server.journal.file.ChannelFileBytes;
import dev.weft.server.journal.file.ChronicleHeader;
import dev.weft.server.journal.file.RecordHeader;
import dev.weft.server.journal.file.RollFile;
import dev.weft.server.journal.file.RollFileScan;
import java.io.IOException;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where a journal ends.
 *
 * @param cycle of its last roll file, -1 if it has none.
 * @param endPosition where the next record's header goes.
 * @param lastBlockPosition header position of the last block of that file, -1 if it has none.
 * @param lastSequence 0 if there is no block.
 * @param lastTimestamp microseconds since the epoch.
 * @param isFinished whether the file has its end mark.
 */
public record Tail(
        int cycle,
        long endPosition,
        long lastBlockPosition,
        long lastSequence,
        long lastTimestamp,
        boolean isFinished) {
    static final Tail EMPTY = new Tail(-1, 0, -1, 0, 0, true);

    static Tail of(final RollFileScan scan) {
        return new Tail(
                scan.file().cycle(),
                scan.endPosition(),
                scan.lastBlockPosition(),
                scan.lastSequence(),
                scan.lastTimestamp(),
                scan.isFinished());
    }

    /** The same for a file without a block: the last one is that of an older file. */
    Tail behind(final RollFileScan older) {
        return new Tail(
                cycle, endPosition, -1, older.lastSequence(), older.lastTimestamp(), isFinished);
    }

    /**
     * The end that a clean stop noted, verified by the last block and what follows it.
     *
     * @param last roll file, null if there is none.
     * @return null if the stop was not clean or the file does not end like that.
     */
    static @Nullable Tail marked(final JournalState state, final @Nullable RollFile last)
            throws IOException {
        if (!state.clean()) {
            return null;
        }
        if (state.headSequence() == 0 && last == null) {
            return EMPTY;
        }
        if (last == null || last.cycle() != state.cycle()) {
            return null;
        }
        try (ChannelFileBytes bytes = new ChannelFileBytes(last)) {
            return endsAsNoted(state, bytes)
                    ? new Tail(
                            state.cycle(),
                            state.endPosition(),
                            state.lastBlockPosition(),
                            state.headSequence(),
                            state.lastTimestamp(),
                            false)
                    : null;
        }
    }

    private static boolean endsAsNoted(final JournalState state, final ChannelFileBytes bytes)
            throws IOException {
        final long lastBlock = state.lastBlockPosition();
        if (lastBlock >= 0) {
            final BlockWalk walk = new BlockWalk(bytes, false);
            walk.position(lastBlock);
            if (walk.next() != BlockWalk.BLOCK || walk.lastSequence() != state.headSequence()) {
                return false;
            }
        }
        final long end = state.endPosition();
        if (ChronicleHeader.writePosition(bytes) != Math.max(lastBlock, 0)
                || end + Long.BYTES > bytes.length()
                || !bytes.load(end, RecordHeader.LENGTH)) {
            return false;
        }
        final int header = bytes.memory().getInt(bytes.index(end), ByteOrder.LITTLE_ENDIAN);
        return header == RecordHeader.NONE;
    }
}
