package dev.weft.server.record;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/** Copies pieces of blocks as they are. Stateless. */
public final class Slices {
    private Slices() {}

    /** Appends a piece of a block. */
    public static void append(
            final DirectBuffer source, final int offset, final int length, final ByteBuf target) {
        target.ensureWritable(length);
        final ByteBuffer bytes = target.nioBuffer(target.writerIndex(), length);
        source.getBytes(offset, bytes, length);
        target.writerIndex(target.writerIndex() + length);
    }
}
