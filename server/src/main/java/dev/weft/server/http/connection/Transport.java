package dev.weft.server.http.connection;

import dev.weft.server.http.HttpLimits;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How sockets are served: by a native way of the system, if its library loads and the system lets
 * it, else by plain Java. {@link TransportSelection} says which one a server takes.
 */
public enum Transport {
    /** Many operations handed to the kernel in one call; the answers come back by shared memory. */
    IO_URING("io_uring", IoUringServerSocketChannel.class, IoUringServerDomainSocketChannel.class) {
        @Override
        IoHandlerFactory handlers() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        @Nullable Throwable unavailabilityCause() {
            return IoUring.unavailabilityCause();
        }
    },
    /** The kernel tells which sockets are ready; one call for each read and write. */
    EPOLL("epoll", EpollServerSocketChannel.class, EpollServerDomainSocketChannel.class) {
        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory(
                    HttpLimits.SOCKETS_PER_CYCLE_MAX, DefaultSelectStrategyFactory.INSTANCE);
        }

        @Override
        @Nullable IoEvent readEvent() {
            return READ;
        }

        @Override
        @Nullable Throwable unavailabilityCause() {
            return Epoll.unavailabilityCause();
        }
    },
    /** What every Java has. */
    NIO("nio", NioServerSocketChannel.class, NioServerDomainSocketChannel.class) {
        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        @Nullable Throwable unavailabilityCause() {
            return null;
        }
    };

    private static final int CAUSES_MAX = 3;
    private static final EpollIoEvent READ = () -> EpollIoOps.EPOLLIN;

    private final String text;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends ServerChannel> unixServerChannel;

    Transport(
            final String text,
            final Class<? extends ServerChannel> serverChannel,
            final Class<? extends ServerChannel> unixServerChannel) {
        this.text = text;
        this.serverChannel = serverChannel;
        this.unixServerChannel = unixServerChannel;
    }

    /** Why it does not work here, in words; null if it does. The first call loads its library. */
    public @Nullable String unavailability() {
        final Throwable first = unavailabilityCause();
        if (first == null) {
            return null;
        }
        final StringBuilder reason = new StringBuilder(String.valueOf(first.getMessage()));
        Throwable cause = first.getCause();
        for (int i = 1; i < CAUSES_MAX && cause != null; i++) {
            reason.append(": ").append(cause.getMessage());
            cause = cause.getCause();
        }
        return reason.toString();
    }

    /** Event loops on daemon threads {@code weft-io-0}, {@code weft-io-1} and so on. */
    public EventLoopGroup newLoops(final int count) {
        final AtomicInteger next = new AtomicInteger();
        final ThreadFactory threads =
                task -> {
                    final Thread thread =
                            new FastThreadLocalThread(task, "weft-io-" + next.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                };
        return new MultiThreadIoEventLoopGroup(count, threads, handlers());
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    /** What listens on a Unix domain socket. */
    Class<? extends ServerChannel> unixServerChannel() {
        return unixServerChannel;
    }

    /** The address of a Unix domain socket; the native transports have their own kind. */
    SocketAddress unixAddress(final Path path) {
        return this == NIO
                ? UnixDomainSocketAddress.of(path)
                : new DomainSocketAddress(path.toFile());
    }

    /**
     * Whether bytes that arrive although reading was stopped mean that the client has closed its
     * side. With io_uring they do not: a read may have been on its way.
     */
    boolean readsAtHangUp() {
        return this == EPOLL;
    }

    /**
     * What tells a channel that it has bytes to read, without asking the system; null if that
     * cannot be told: io_uring reads by itself, and NIO serves all that is ready in one turn.
     */
    @Nullable IoEvent readEvent() {
        return null;
    }

    abstract IoHandlerFactory handlers();

    abstract @Nullable Throwable unavailabilityCause();

    @Override
    public String toString() {
        return text;
    }
}
