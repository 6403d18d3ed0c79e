package dev.weft.server.query;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Copies envelopes out of blocks. Stateless. */
final class Envelopes {
    /** Its slice of a frame is the envelope and nothing else. */
    private static final Framing BARE = Framing.WEBSOCKET;

    private Envelopes() {}

    static int length(final BlockFlyweight block, final int index) {
        return BARE.sliceLength(block, index);
    }

    static void append(final BlockFlyweight block, final int index, final ByteBuf target) {
        final int length = length(block, index);
        target.ensureWritable(length);
        final ByteBuffer bytes = target.nioBuffer(target.writerIndex(), length);
        block.buffer().getBytes(BARE.sliceOffset(block, index), bytes, length);
        target.writerIndex(target.writerIndex() + length);
    }
}
