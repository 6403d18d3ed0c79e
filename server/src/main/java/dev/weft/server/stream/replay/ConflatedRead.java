package dev.weft.server.stream.replay;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Newest;
import dev.weft.server.fanout.Policy;
import dev.weft.server.journal.Journal;

/**
 * Catching up for a subscriber that gets only the newest events: first looks through all that it
 * has missed and notes what is newest, then reads just that. Belongs to a {@link ReplayRequest},
 * and like it to one thread at a time.
 *
 * <p>It ends a stretch where something is missing in the journal, and where it has noted as many
 * subjects as it holds; what comes behind is a stretch of its own. Nothing is lost by that, only
 * more is sent.
 */
final class ConflatedRead {
    private static final long NONE = -1;

    private final Newest newest;
    private long next; // first sequence that was not looked at
    private long gapTo = NONE; // last sequence that is missing behind the stretch
    private long[] sequences = {};
    private int count;
    private int emitted;
    private boolean isEmitting;
    private boolean isExtended; // the stretch, once, by what was handed out while it was read

    ConflatedRead(final Policy policy) {
        newest = new Newest(policy);
    }

    /**
     * Takes one step, over a bounded part of the journal; what it reads goes into the batch, which
     * has begun.
     *
     * @param request whose cursor it moves, to the first sequence that was not sent.
     * @param scanLengthMax bytes of the journal to look at.
     * @param lengthMax of the batch; one event is taken even if it is longer.
     */
    void step(
            final ReplayRequest request,
            final BlockCursor reader,
            final Journal journal,
            final Batch batch,
            final int scanLengthMax,
            final int lengthMax) {
        if (!isEmitting) {
            next = Math.max(next, request.cursor);
            scan(request, reader, scanLengthMax);
        }
        if (isEmitting) {
            emit(request, reader, journal, batch, lengthMax);
        }
    }

    /** Whether all of a stretch is read that went up to the limit. */
    boolean isThrough(final ReplayRequest request) {
        return !isEmitting && next > request.limit;
    }

    private void scan(
            final ReplayRequest request, final BlockCursor reader, final int scanLengthMax) {
        int scanned = 0;
        while (next <= request.limit && !newest.isNearlyFull()) {
            if (scanned >= scanLengthMax) {
                return; // more in the next step
            }
            final int at = reader.at(next);
            if (at != BlockCursor.BLOCK) {
                gapTo = at == BlockCursor.GAP ? reader.gapTo() : request.limit;
                break;
            }
            final BlockFlyweight block = reader.block();
            final long first = block.firstSequence();
            final int from = (int) (next - first);
            final int to = (int) Math.min(block.count(), request.limit - first + 1);
            for (int i = from; i < to; i++) {
                if (request.filter.matches(block, i)) {
                    newest.note(block, i, first + i);
                }
            }
            scanned +=
                    block.frameOffset(to - 1) + block.frameLength(to - 1) - block.frameOffset(from);
            request.timestamp = block.timestamp(to - 1);
            next = first + to;
            if (next > request.limit && !isExtended) { // what came meanwhile is to be little
                isExtended = true;
                request.limit = Math.max(request.limit, request.loop.handedOut());
            }
        }
        count = newest.count();
        sequences = newest.sorted();
        emitted = 0;
        isEmitting = true;
    }

    private void emit(
            final ReplayRequest request,
            final BlockCursor reader,
            final Journal journal,
            final Batch batch,
            final int lengthMax) {
        while (emitted < count) {
            final long sequence = sequences[emitted];
            request.cursor = sequence;
            final int room = lengthMax - batch.length();
            if (reader.at(sequence) == BlockCursor.BLOCK) {
                final BlockFlyweight block = reader.block();
                final int record = (int) (sequence - block.firstSequence());
                if (batch.length() > 0 && block.frameLength(record) > room) {
                    return;
                }
                batch.append(block, record, record + 1, Math.max(1, room), Batch.ALWAYS);
            } else { // went away since it was noted
                batch.append(
                        ControlFrames.gap(
                                request.framing, sequence, sequence, journal.oldestSequence()));
            }
            emitted++;
        }
        if (gapTo != NONE) {
            batch.append(ControlFrames.gap(request.framing, next, gapTo, journal.oldestSequence()));
            next = gapTo + 1;
            gapTo = NONE;
        }
        request.cursor = next;
        newest.clear();
        isEmitting = false;
        isExtended = false;
    }
}
