package dev.weft.server.http.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the listening socket, and counts connections from the moment they have a file
 * descriptor, which may be long before the loop that will serve them knows of them. While there are
 * too many connections, or the system gives no further one (no file descriptor, no memory), nothing
 * is accepted for a moment; who connects waits in the system's queue. It is counted each time and
 * told once a minute. Thread: the listener's event loop.
 */
final class AcceptGuard extends ChannelInboundHandlerAdapter {
    static final long FAILED_PAUSE_NS = TimeUnit.SECONDS.toNanos(1);
    static final long FULL_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long TELL_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(AcceptGuard.class);

    private final AtomicLong connections; // shared by all listeners; a connection's loop takes off
    private final ChannelFutureListener onClosed;
    private final long connectionsMax;
    private final Runnable onPause;
    private final LongSupplier nanoClock;
    private long pauses;
    private long toldNs;
    private boolean isTold; // and not yet that it is over

    /**
     * Makes one for one listener.
     *
     * @param connections open now, of all listeners: counted up here, and down when they close.
     * @param onPause counts.
     */
    AcceptGuard(
            final AtomicLong connections,
            final long connectionsMax,
            final Runnable onPause,
            final LongSupplier nanoClock) {
        this.connections = connections;
        onClosed = closed -> connections.decrementAndGet();
        this.connectionsMax = connectionsMax;
        this.onPause = onPause;
        this.nanoClock = nanoClock;
        toldNs = nanoClock.getAsLong() - TELL_INTERVAL_NS;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object accepted) {
        if (accepted instanceof Channel connection) {
            connections.incrementAndGet();
            connection.closeFuture().addListener(onClosed);
        }
        context.fireChannelRead(accepted);
        if (connections.get() >= connectionsMax) {
            if (context.channel().config().isAutoRead()) {
                pause(context, FULL_PAUSE_NS, "as many as the limit of open files allows");
            }
        } else if (isTold && nanoClock.getAsLong() - toldNs >= TELL_INTERVAL_NS / 2) {
            isTold = false;
            LOG.info("connections are accepted again: pauses={}", pauses);
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        pause(context, FAILED_PAUSE_NS, String.valueOf(cause.getMessage()));
    }

    private void pause(
            final ChannelHandlerContext context, final long pauseNs, final String reason) {
        pauses++;
        onPause.run();
        final long nowNs = nanoClock.getAsLong();
        if (nowNs - toldNs >= TELL_INTERVAL_NS) {
            toldNs = nowNs;
            isTold = true;
            LOG.warn(
                    "no connections are accepted for a moment: reason={} connections={} max={} pauses={}",
                    reason,
                    connections.get(),
                    connectionsMax,
                    pauses);
        }
        context.channel().config().setAutoRead(false);
        context.channel()
                .eventLoop()
                .schedule(() -> resume(context, pauseNs), pauseNs, TimeUnit.NANOSECONDS);
    }

    private void resume(final ChannelHandlerContext context, final long pauseNs) {
        if (connections.get() < connectionsMax) {
            context.channel().config().setAutoRead(true);
        } else {
            context.channel()
                    .eventLoop()
                    .schedule(() -> resume(context, pauseNs), pauseNs, TimeUnit.NANOSECONDS);
        }
    }
}
