package dev.weft.server.stream;

import dev.weft.server.http.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;

/**
 * A channel with a socket buffer of bounded size, from which the client reads when the test says
 * so.
 */
public final class FakeSocket extends EmbeddedChannel {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Exchange.StreamHandler handler;
    private long room;

    public FakeSocket(final Exchange.StreamHandler handler) {
        super(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelWritabilityChanged(final ChannelHandlerContext context) {
                        handler.onWritabilityChanged(context.channel());
                    }

                    @Override
                    public void exceptionCaught(
                            final ChannelHandlerContext context, final Throwable cause) {
                        // writes to a client that is gone; nobody waits for their promise
                    }
                });
        this.handler = handler;
    }

    /** What is told about it. */
    Exchange.StreamHandler handler() {
        return handler;
    }

    /** Lets the client read so many bytes, of what is there or of what comes. */
    public void read(final long bytes) {
        room = Math.min(Long.MAX_VALUE / 2, room + bytes);
        if (isOpen()) {
            unsafe().flush();
        }
    }

    /** The client reads nothing more for now. */
    void stall() {
        room = 0;
    }

    public byte[] received() {
        return received.toByteArray();
    }

    long pendingBytes() {
        final ChannelOutboundBuffer pending = unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    @Override
    protected void doWrite(final ChannelOutboundBuffer pending) {
        while (room > 0) {
            final Object message = pending.current();
            if (message == null) {
                return;
            }
            final ByteBuf bytes = (ByteBuf) message;
            final int length = (int) Math.min(room, bytes.readableBytes());
            final byte[] copy = new byte[length];
            bytes.getBytes(bytes.readerIndex(), copy);
            received.writeBytes(copy);
            room -= length;
            if (length == 0) {
                pending.remove();
            } else {
                pending.removeBytes(length);
            }
        }
    }
}
