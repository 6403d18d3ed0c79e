package dev.weft.server.query.export;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.query.History;
import dev.weft.server.query.Scope;
import dev.weft.server.stream.replay.BlockCursor;

/**
 * All events of a range, ascending: block after block as the journal has them, without the index.
 * Thread: query.
 */
final class JournalLines implements LineSource {
    private final long high;
    private long next;

    JournalLines(final Scope.Range range, final long oldest) {
        high = range.high();
        next = range.low() == 0 ? Math.max(1, oldest) : range.low() + 1;
    }

    @Override
    public long read(final History.Sources sources, final long countMax) {
        final BlockCursor cursor = sources.cursor();
        final Batch lines = sources.lines();
        long count = countMax;
        while (next <= high && count > 0 && lines.length() < ExportRead.CHUNK_LENGTH) {
            final int at = cursor.at(next);
            if (at == BlockCursor.BLOCK) {
                final BlockFlyweight block = cursor.block();
                final long first = block.firstSequence();
                final int from = (int) (next - first);
                final long wanted = Math.min(high - next + 1, count); // count may be all there is
                final int to = (int) Math.min(block.count(), from + wanted);
                count -=
                        lines.append(
                                block,
                                from,
                                to,
                                ExportRead.CHUNK_LENGTH - lines.length(),
                                Batch.ALWAYS);
                next = first + lines.scannedTo();
            } else {
                final long gapTo = at == BlockCursor.GAP ? Math.min(high, cursor.gapTo()) : high;
                lines.append(
                        ControlFrames.gap(
                                Framing.NDJSON, next, gapTo, sources.journal().oldestSequence()));
                next = gapTo + 1;
            }
        }
        return countMax - count;
    }

    @Override
    public long nextSequence() {
        return next <= high ? next : OVER;
    }
}
