package dev.weft.server.door;

import dev.weft.protocol.door.DoorDescriptor;
import dev.weft.server.unix.UnixSocketFile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Unix socket beside the door's file: says who has which slot, wakes the server, and tells when
 * a publisher has gone, however it ended. Thread: its loop, but for opening and closing.
 */
final class DoorBell {
    private static final int CONNECTIONS_MAX = 2 * DoorDescriptor.SLOT_COUNT;
    private static final long AGAIN_MS = 100;

    private final Path path;
    private final IoEventLoop loop;
    private final DoorAgent agent;
    private final Runnable wake;
    private int connectionCount;
    private @Nullable UnixSocketFile file; // from the check on
    private @Nullable Channel listener;

    DoorBell(final Path path, final IoEventLoop loop, final DoorAgent agent, final Runnable wake) {
        this.path = path;
        this.loop = loop;
        this.agent = agent;
        this.wake = wake;
    }

    /**
     * Takes its name, so that nobody else has this door.
     *
     * @throws IllegalStateException if a server answers there, something else lies there, or the
     *     path cannot be a socket's.
     */
    void check() {
        file = new UnixSocketFile("door", path);
    }

    /** Listens. */
    void open() throws IOException {
        final UnixSocketFile checked = Objects.requireNonNull(file, "not checked");
        final ChannelFuture bound =
                new ServerBootstrap()
                        .group(loop)
                        .channel(channelType())
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(final Channel channel) {
                                        channel.pipeline().addLast(new Connection());
                                    }
                                })
                        .bind(address(checked.passing()))
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + path, bound.cause());
        }
        listener = bound.channel();
        checked.publish();
    }

    /** Lets nobody new in. */
    void close() {
        final Channel channel = listener;
        if (channel != null) {
            channel.close().awaitUninterruptibly(AGAIN_MS);
        }
        if (file != null) {
            file.delete();
        }
    }

    private Class<? extends ServerChannel> channelType() {
        if (loop.isIoType(NioIoHandler.class)) {
            return NioServerDomainSocketChannel.class;
        }
        return loop.isIoType(EpollIoHandler.class)
                ? EpollServerDomainSocketChannel.class
                : IoUringServerDomainSocketChannel.class;
    }

    private SocketAddress address(final Path name) {
        return loop.isIoType(NioIoHandler.class)
                ? UnixDomainSocketAddress.of(name)
                : new DomainSocketAddress(name.toFile());
    }

    private void depart(final Visitor visitor) {
        if (!agent.command(() -> agent.depart(visitor))) {
            loop.schedule(() -> depart(visitor), AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** One publisher. */
    private final class Connection extends ChannelInboundHandlerAdapter implements Visitor {
        private @Nullable Channel channel;

        @Override
        public void channelActive(final ChannelHandlerContext context) {
            channel = context.channel();
            connectionCount++;
            if (connectionCount > CONNECTIONS_MAX || !agent.command(() -> agent.arrive(this))) {
                dismiss();
            }
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            ReferenceCountUtil.release(message);
            wake.run();
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            connectionCount--;
            depart(this);
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close(); // it is gone; channelInactive follows
        }

        @Override
        public void welcome(final int slot, final long generation) {
            final Channel to = channel;
            if (to != null) {
                to.writeAndFlush(hello(to, slot, generation));
            }
        }

        @Override
        public void dismiss() {
            final Channel to = channel;
            if (to != null) {
                to.writeAndFlush(hello(to, DoorDescriptor.NO_SLOT, 0))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }

        private ByteBuf hello(final Channel to, final int slot, final long generation) {
            return to.alloc()
                    .buffer(DoorDescriptor.HELLO_LENGTH)
                    .writeIntLE(DoorDescriptor.HELLO_MAGIC)
                    .writeIntLE(slot)
                    .writeLongLE(generation);
        }
    }
}
