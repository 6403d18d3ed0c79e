package dev.weft.server.http.connection;

import dev.weft.server.counters.HttpCounters;
import dev.weft.server.http.HttpLimits;
import dev.weft.server.http.RequestGuard;
import dev.weft.server.http.RouteTable;
import dev.weft.server.unix.UnixSocketFile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens and makes an {@link HttpConnection} of everything that connects. The event loops belong
 * to the caller, who also closes them. Thread: any, one at a time.
 */
public final class HttpServer {
    private final Transport transport;
    private final EventLoopGroup loops;
    private final IdentityHashMap<EventLoop, LoopContext> contexts = new IdentityHashMap<>();
    private final long connectionsMax = OpenFiles.connectionsMax();
    private final AtomicLong connections = new AtomicLong(); // see AcceptGuard
    private final List<Channel> listeners = new ArrayList<>();
    private @Nullable UnixSocketFile unixSocket;
    private final OriginRules origins;

    /**
     * Prepares a server.
     *
     * @param routes makes the route table of one event loop; called once for each.
     * @param counters gives the counters of one event loop; called once for each.
     */
    public HttpServer(
            final Transport transport,
            final EventLoopGroup loops,
            final Function<EventLoop, RouteTable> routes,
            final Function<EventLoop, HttpCounters> counters,
            final OriginRules origins,
            final RequestGuard guard) {
        this(transport, loops, routes, counters, origins, guard, System::nanoTime);
    }

    /** The same with another clock for the time limits, for tests. */
    HttpServer(
            final Transport transport,
            final EventLoopGroup loops,
            final Function<EventLoop, RouteTable> routes,
            final Function<EventLoop, HttpCounters> counters,
            final OriginRules origins,
            final RequestGuard guard,
            final LongSupplier nanoClock) {
        this.transport = transport;
        this.loops = loops;
        this.origins = origins;
        for (final EventExecutor executor : loops) {
            final EventLoop loop = (EventLoop) executor;
            contexts.put(
                    loop,
                    new LoopContext(
                            loop,
                            transport,
                            routes.apply(loop),
                            guard,
                            counters.apply(loop),
                            nanoClock));
        }
    }

    /**
     * Starts to listen.
     *
     * @return the address, with the port that was chosen if {@code address} has port 0.
     * @throws IllegalStateException if it cannot listen there.
     */
    public InetSocketAddress bind(final InetSocketAddress address) {
        final ServerBootstrap bootstrap =
                bootstrap(origins)
                        .channel(transport.serverChannel())
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true);
        final Channel channel =
                listen(bootstrap, address, address.getHostString() + ":" + address.getPort());
        return (InetSocketAddress) channel.localAddress();
    }

    /**
     * Starts to listen on a Unix domain socket too. The same protocol and the same keys; only the
     * Host header may say anything, since no name server leads a browser to a file.
     *
     * @throws IllegalStateException if it cannot listen there, with the reason.
     */
    public void bindUnix(final Path path) {
        final UnixSocketFile file = new UnixSocketFile("unix-socket", path);
        unixSocket = file;
        final ServerBootstrap bootstrap =
                bootstrap(origins.withoutHostRule()).channel(transport.unixServerChannel());
        listen(bootstrap, transport.unixAddress(file.passing()), path.toString());
        file.publish();
    }

    private ServerBootstrap bootstrap(final OriginRules rules) {
        return new ServerBootstrap()
                .group(loops)
                .option(ChannelOption.SO_BACKLOG, HttpLimits.ACCEPT_BACKLOG)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(final Channel channel) {
                                guardAccepts(channel);
                            }
                        })
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                HttpLimits.WRITE_WATER_MARK_LOW, HttpLimits.WRITE_WATER_MARK_HIGH))
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(final Channel channel) {
                                connect(channel, rules);
                            }
                        });
    }

    private Channel listen(
            final ServerBootstrap bootstrap, final SocketAddress address, final String name) {
        final ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "cannot listen on " + name + ": " + bound.cause().getMessage(), bound.cause());
        }
        listeners.add(bound.channel());
        return bound.channel();
    }

    /** What is served, the same on each event loop. */
    public List<RouteTable.Description> routes() {
        return contexts.values().iterator().next().routes.describe();
    }

    /** What the connections of one loop share. */
    LoopContext context(final EventLoop loop) {
        final LoopContext context = contexts.get(loop);
        if (context == null) {
            throw new IllegalStateException("an event loop that is not ours");
        }
        return context;
    }

    private void guardAccepts(final Channel channel) {
        final LoopContext context = context(channel.eventLoop());
        final MaxMessagesRecvByteBufAllocator burst = channel.config().getRecvByteBufAllocator();
        burst.maxMessagesPerRead(HttpLimits.ACCEPTS_PER_CYCLE_MAX);
        channel.pipeline()
                .addLast(
                        new AcceptGuard(
                                connections,
                                connectionsMax,
                                context.counters.acceptPauses::increment,
                                context::nanoTime));
    }

    private void connect(final Channel channel, final OriginRules rules) {
        if (channel.config()
                instanceof DuplexChannelConfig duplex) { // not every one knows the option
            duplex.setAllowHalfClosure(true);
        }
        final HttpConnection connection = new HttpConnection(context(channel.eventLoop()), rules);
        channel.pipeline().addLast(connection.decoder(), connection);
    }

    /** Closes the listening sockets: who connects from now on is refused by the system. */
    public void stopAccepting() {
        for (final Channel listener : listeners) {
            listener.close().awaitUninterruptibly();
        }
        listeners.clear();
        final UnixSocketFile file = unixSocket;
        if (file != null) {
            unixSocket = null;
            file.delete();
        }
    }

    /**
     * Closes idle connections now and each other one after the answers to all that was read from
     * it. Streams are not touched: who opened them ends them.
     *
     * @return completed when no connection is left but streams.
     */
    public CompletableFuture<Void> drain() {
        final List<CompletableFuture<Void>> all = new ArrayList<>();
        for (final LoopContext context : contexts.values()) {
            final CompletableFuture<Void> drained = new CompletableFuture<>();
            all.add(drained);
            context.loop.execute(() -> context.drain(drained));
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }
}
