package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.server.counters.HttpCounters;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.RequestGuard;
import dev.weft.server.http.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP layer alone, with routes that answer at once, later, when told, with what they got, or
 * with a stream.
 */
final class TestHttpServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";

    final Queue<String> seen = new ConcurrentLinkedQueue<>();
    final Queue<Exchange> held = new ConcurrentLinkedQueue<>();
    final AtomicInteger aborts = new AtomicInteger();
    final AtomicInteger streamsOpened = new AtomicInteger();
    final AtomicInteger streamsClosed = new AtomicInteger();
    final java.util.concurrent.atomic.AtomicLong bodyLength =
            new java.util.concurrent.atomic.AtomicLong();
    final Queue<ByteBuf> largeBodies = new ConcurrentLinkedQueue<>();
    volatile @Nullable Exchange paused;
    volatile boolean live;
    final Queue<String> streamInbound = new ConcurrentLinkedQueue<>();
    final HttpCounters counters = new HttpCounters();
    final java.util.concurrent.atomic.AtomicLong nanoTime =
            new java.util.concurrent.atomic.AtomicLong(System.nanoTime());
    final HttpServer server;
    final InetSocketAddress address;
    private final EventLoopGroup loops;

    TestHttpServer() {
        this(TransportSelection.best().transport());
    }

    TestHttpServer(final Transport transport) {
        this(transport, new OriginRules(true, List.of()), RequestGuard.OPEN, table -> {});
    }

    TestHttpServer(
            final Transport transport,
            final OriginRules origins,
            final RequestGuard guard,
            final Consumer<RouteTable.Builder> more) {
        loops = transport.newLoops(1);
        final RouteTable.Builder table =
                RouteTable.builder()
                        .add(HttpMethod.GET, "/fast", this::fast)
                        .add(HttpMethod.GET, "/slow", this::slow)
                        .add(HttpMethod.GET, "/hold", this::hold)
                        .add(HttpMethod.GET, "/items/{name}/parts/{part}", this::item)
                        .add(HttpMethod.POST, "/echo", this::echo)
                        .add(HttpMethod.GET, "/echo", this::fast)
                        .add(HttpMethod.POST, "/pause", this::pause)
                        .add(HttpMethod.POST, "/refuse-large", this::refuseLarge)
                        .add(
                                HttpMethod.GET,
                                "/later",
                                exchange ->
                                        exchange.respond(
                                                new Problem(503, "a \"quoted\" reason"),
                                                "Retry-After: 7\r\n"))
                        .add(HttpMethod.POST, "/refuse", exchange -> text(exchange, 200, "no"))
                        .add(
                                HttpMethod.GET,
                                "/empty",
                                exchange ->
                                        exchange.respond(204, null, Unpooled.EMPTY_BUFFER, null))
                        .add(
                                HttpMethod.GET,
                                "/large",
                                exchange -> text(exchange, 200, "x".repeat(300_000)))
                        .add(
                                HttpMethod.GET,
                                "/broken",
                                exchange -> {
                                    throw new IllegalArgumentException("on purpose");
                                })
                        .add(HttpMethod.GET, "/stream", this::stream);
        more.accept(table);
        final RouteTable routes = table.build();
        server =
                new HttpServer(
                        transport,
                        loops,
                        loop -> routes,
                        loop -> counters,
                        origins,
                        guard,
                        nanoTime::get);
        address = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** What its only event loop knows. */
    LoopContext context() {
        return server.context(loops.next());
    }

    /** Has the clock stand later and the connections look at it, on their loop. */
    void pass(final long seconds) {
        nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        context().loop.submit(() -> context().lookAtTimes()).syncUninterruptibly();
    }

    RawClient connect() throws IOException {
        return new RawClient(address);
    }

    static String get(final String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    static String post(final String path, final String body) {
        return "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    static void text(final Exchange exchange, final int status, final String text) {
        exchange.respond(
                status, TEXT, Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1), null);
    }

    private static String describe(final Exchange exchange) {
        final String n = exchange.query().one("n");
        return exchange.path() + (n == null ? "" : n);
    }

    private void fast(final Exchange exchange) {
        seen.add(exchange.method() + " " + exchange.path());
        text(exchange, 200, describe(exchange));
    }

    private void slow(final Exchange exchange) {
        seen.add(exchange.method() + " " + exchange.path());
        exchange.eventLoop()
                .schedule(() -> text(exchange, 200, describe(exchange)), 20, TimeUnit.MILLISECONDS);
    }

    private void hold(final Exchange exchange) {
        seen.add(exchange.method() + " " + exchange.path());
        held.add(exchange);
    }

    /** Answers what {@code /hold} kept, newest first. */
    void release() {
        final ArrayDeque<Exchange> all = new ArrayDeque<>(held);
        held.clear();
        if (!all.isEmpty()) {
            all.peek()
                    .eventLoop()
                    .execute(
                            () -> {
                                while (!all.isEmpty()) {
                                    final Exchange exchange = all.pollLast();
                                    text(exchange, 200, describe(exchange));
                                }
                            });
        }
    }

    private void item(final Exchange exchange) {
        text(exchange, 200, exchange.pathVariable("name") + "|" + exchange.pathVariable("part"));
    }

    /** Refuses before the body has come, with an answer that is not copied. */
    private void refuseLarge(final Exchange exchange) {
        final ByteBuf body = exchange.channel().alloc().directBuffer().writeZero(50_000);
        largeBodies.add(body);
        exchange.respond(400, TEXT, body, null);
    }

    /** Does not read the body further after its first piece. */
    private void pause(final Exchange exchange) {
        exchange.onBody(
                new Exchange.BodyConsumer() {
                    @Override
                    public void onBytes(final ByteBuf bytes) {
                        if (paused == null) {
                            paused = exchange;
                            exchange.readBody(false);
                        }
                    }

                    @Override
                    public void onEnd() {
                        text(exchange, 200, "end");
                    }

                    @Override
                    public void onStop() {}

                    @Override
                    public void onAbort() {
                        aborts.incrementAndGet();
                    }
                });
    }

    private void echo(final Exchange exchange) {
        seen.add("POST /echo");
        final ByteBuf body = Unpooled.buffer();
        exchange.onBody(
                new Exchange.BodyConsumer() {
                    @Override
                    public void onBytes(final ByteBuf bytes) {
                        bodyLength.addAndGet(bytes.readableBytes());
                        body.writeBytes(bytes);
                    }

                    @Override
                    public void onEnd() {
                        exchange.respond(200, TEXT, body, null);
                    }

                    @Override
                    public boolean isLive() {
                        return live;
                    }

                    @Override
                    public void onStop() {}

                    @Override
                    public void onAbort() {
                        aborts.incrementAndGet();
                        body.release();
                    }
                });
    }

    private void stream(final Exchange exchange) {
        final ByteBuf head =
                ByteBufUtil.writeAscii(
                        exchange.channel().alloc(),
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        exchange.stream(
                head,
                new Exchange.StreamHandler() {
                    @Override
                    public void onOpen(final Channel channel) {
                        streamsOpened.incrementAndGet();
                        channel.write(ByteBufUtil.writeAscii(channel.alloc(), "data: hello\n\n"));
                    }

                    @Override
                    public void onWritabilityChanged(final Channel channel) {}

                    @Override
                    public void onInbound(final Channel channel, final ByteBuf bytes) {
                        streamInbound.add(bytes.toString(StandardCharsets.ISO_8859_1));
                    }

                    @Override
                    public void onClose(final Channel channel) {
                        streamsClosed.incrementAndGet();
                    }
                });
    }

    @Override
    public void close() {
        server.stopAccepting();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
