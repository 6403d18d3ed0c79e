package dev.weft.server.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** How sockets are served: the native way of the system if its library loads, else plain Java. */
public enum Transport {
    EPOLL("epoll", EpollServerSocketChannel.class) {
        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }
    },
    NIO("nio", NioServerSocketChannel.class) {
        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }
    };

    private final String text;
    private final Class<? extends ServerChannel> serverChannel;

    Transport(final String text, final Class<? extends ServerChannel> serverChannel) {
        this.text = text;
        this.serverChannel = serverChannel;
    }

    /** The best one that works here. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** Event loops on daemon threads {@code weft-io-0}, {@code weft-io-1} and so on. */
    public EventLoopGroup newLoops(final int count) {
        final AtomicInteger next = new AtomicInteger();
        final ThreadFactory threads =
                task -> {
                    final Thread thread =
                            new io.netty.util.concurrent.FastThreadLocalThread(
                                    task, "weft-io-" + next.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                };
        return new MultiThreadIoEventLoopGroup(count, threads, handlers());
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    /** Whether bytes arrive even if reading was stopped, once the client has closed its side. */
    boolean readsAtHangUp() {
        return this == EPOLL;
    }

    abstract IoHandlerFactory handlers();

    @Override
    public String toString() {
        return text;
    }
}
