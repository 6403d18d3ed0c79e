package dev.weft.server.http.connection;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;

/**
 * The end of one connection, in an order that lets the client read the last answer: a close with
 * input unread would make the system throw that answer away, hence our side is closed first, and
 * what still comes is read and dropped until the client closes too or a time is over. Thread: the
 * channel's event loop.
 */
final class ConnectionEnd {
    private final LoopContext loop;
    private final TimeLimits times;
    private boolean isInputShutdown; // the client closed its side, and all it sent was decoded
    private boolean isLastWritten;

    ConnectionEnd(final LoopContext loop, final TimeLimits times) {
        this.loop = loop;
        this.times = times;
    }

    /** The client has closed its side. */
    void onInputShutdown() {
        isInputShutdown = true;
    }

    /** Ends the connection when all that was written so far is sent. */
    void begin(final ChannelHandlerContext context) {
        times.onQuiet(loop.nanoTime());
        context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener((ChannelFutureListener) this::onLastWritten);
    }

    private void onLastWritten(final ChannelFuture written) {
        times.onQuiet(loop.nanoTime());
        isLastWritten = true;
        if (isInputShutdown || !written.isSuccess()) {
            written.channel().close();
        } else {
            ((DuplexChannel) written.channel()).shutdownOutput();
        }
    }

    /** Whether the client has had the time that it gets. */
    boolean isOver(final long nowNs) {
        return times.isEndOver(nowNs, isLastWritten);
    }
}
