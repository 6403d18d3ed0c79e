package dev.weft.server.fanout;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.ring.BlockRing;
import dev.weft.server.ring.RingReader;

/** Single events out of the ring, for those who get not all of them. Confined to its I/O loop. */
final class RecentEvents {
    private final RingReader reader;
    private final Batch.Validity validity;
    private final BlockFlyweight block = new BlockFlyweight();
    private long first; // of the block in view
    private long last = -1;

    RecentEvents(final BlockRing ring) {
        reader = ring.newReader();
        validity = reader::isValid;
    }

    /**
     * Appends one event to a batch.
     *
     * @return false if the ring does not have it any more.
     */
    boolean append(final long sequence, final Batch batch) {
        if ((sequence < first || sequence > last) && !find(sequence)) {
            return false;
        }
        final int record = (int) (sequence - first);
        return batch.append(block, record, record + 1, Integer.MAX_VALUE, validity) == 1;
    }

    private boolean find(final long sequence) {
        last = -1;
        if (!reader.seek(sequence) || reader.poll(block) != RingReader.BLOCK) {
            return false;
        }
        final long blockFirst = block.firstSequence();
        final long blockLast = block.lastSequence();
        if (!validity.isValid()) {
            return false;
        }
        first = blockFirst;
        last = blockLast;
        return true;
    }
}
