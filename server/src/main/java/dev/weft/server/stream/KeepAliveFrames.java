package dev.weft.server.stream;

import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.fanout.Batch;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.FramePlan;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.EnumMap;
import java.util.Map;

/** What an idle stream gets, once for the whole process. */
final class KeepAliveFrames {
    private static final Map<Framing, ByteBuf> PLAIN = make(false);
    private static final Map<Framing, ByteBuf> CHUNKED = make(true);

    private KeepAliveFrames() {}

    /** A view of the frame; nobody's to release. */
    static ByteBuf of(final Framing framing, final boolean chunked) {
        final ByteBuf frame = (chunked ? CHUNKED : PLAIN).get(framing);
        if (frame == null) {
            throw new IllegalArgumentException("no keep-alive for " + framing);
        }
        return frame.duplicate();
    }

    private static Map<Framing, ByteBuf> make(final boolean chunked) {
        final Batch batch = new Batch(UnpooledByteBufAllocator.DEFAULT, new FramePlan());
        final Map<Framing, ByteBuf> frames = new EnumMap<>(Framing.class);
        for (final Framing framing : Framing.values()) {
            batch.begin(Filter.ALL, framing, chunked).append(ControlFrames.keepAlive(framing));
            final ByteBuf frame = batch.take();
            if (frame != null) {
                frames.put(framing, Unpooled.unreleasableBuffer(frame));
            }
        }
        return frames;
    }
}
