package dev.weft.server.query;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.record.Slices;
import io.netty.buffer.ByteBuf;

/** Copies envelopes out of blocks. Stateless. */
final class Envelopes {
    /** Its slice of a frame is the envelope and nothing else. */
    private static final Framing BARE = Framing.WEBSOCKET;

    private Envelopes() {}

    static int length(final BlockFlyweight block, final int index) {
        return BARE.sliceLength(block, index);
    }

    static void append(final BlockFlyweight block, final int index, final ByteBuf target) {
        Slices.append(block.buffer(), BARE.sliceOffset(block, index), length(block, index), target);
    }
}
