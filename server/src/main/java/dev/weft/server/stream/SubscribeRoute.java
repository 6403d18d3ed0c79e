package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.ControlFrames;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.Route;
import dev.weft.server.stream.subscription.FramingWish;
import dev.weft.server.stream.subscription.Subscription;
import dev.weft.server.stream.subscription.SubscriptionParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.util.function.Function;

/**
 * {@code GET /events/stream}, as server-sent events or NDJSON: reads what is wanted, takes a slot,
 * answers the head with {@code retry:} behind it, and makes the connection a {@link Subscriber}.
 * One for each I/O loop.
 */
public final class SubscribeRoute implements Route {
    private static final String LINE_END = "\r\n";
    private static final String NO_STORE =
            String.join(
                    LINE_END,
                    "Cache-Control: no-store, no-transform",
                    "X-Accel-Buffering: no",
                    "X-Content-Type-Options: nosniff",
                    "");
    private static final String SSE_HEAD =
            String.join(
                    LINE_END,
                    "Content-Type: text/event-stream; charset=utf-8",
                    "X-SSE-Content-Type: application/json",
                    NO_STORE);
    private static final String NDJSON_HEAD =
            String.join(LINE_END, "Content-Type: application/x-ndjson", NO_STORE);

    private static final String NO_ROOM = "no more subscribers are taken now, or the server stops";

    private final StreamLoop loop;
    private final SubscriptionParser parser;

    public SubscribeRoute(final StreamLoop loop, final StreamConfig config) {
        this.loop = loop;
        parser = new SubscriptionParser(config.categories());
    }

    @Override
    public void handle(final Exchange exchange) {
        opening(exchange).run();
    }

    /**
     * What opens the stream that a request asks for, now or later, on the loop: it begins where the
     * journal stands now. For who has to look something up before.
     *
     * @throws dev.weft.server.http.ProblemException 400 if the request makes no sense.
     */
    public Runnable opening(final Exchange exchange) {
        final Subscription wish = parser.parse(exchange.query(), exchange.headers(), false);
        final Beginning beginning = loop.begin(wish);
        return () -> settle(exchange, loop, loop.admit(() -> open(exchange, beginning)));
    }

    /**
     * Opens the stream of one thing, of which the payload is sent with event lines unless the query
     * says otherwise. Thread: the loop.
     *
     * @param framing what {@link #framing} read from the request.
     */
    public void follow(final Exchange exchange, final Framing framing, final Following following) {
        final Beginning beginning = following.begin(framing);
        settle(exchange, loop, loop.admit(() -> open(exchange, beginning)));
    }

    /**
     * Refuses a request if no stream could be opened now: for who has something to do before.
     *
     * @return whether it was refused.
     */
    public boolean isRefused(final Exchange exchange) {
        if (loop.hasRoom()) {
            return false;
        }
        refuse(exchange, loop, NO_ROOM);
        return true;
    }

    /**
     * In which framing a request wants the stream of one thing.
     *
     * @throws dev.weft.server.http.ProblemException 400 if the query makes no sense.
     */
    public static Framing framing(final Exchange exchange) {
        return FramingWish.of(exchange.query(), exchange.headers(), false, FramingWish.PAYLOAD);
    }

    private void open(final Exchange exchange, final Beginning beginning) {
        final Framing framing = beginning.wish().framing();
        final boolean isHead = exchange.method().equals(HttpMethod.HEAD);
        final boolean chunked = !exchange.isHttp10();
        open(
                exchange,
                loop,
                beginning,
                chunked,
                subscriber -> {
                    final ByteBuf head = head(subscriber, framing, chunked);
                    final byte[] retry = ControlFrames.retry(framing, loop.retryMs());
                    return isHead
                            ? head
                            : Unpooled.wrappedBuffer(head, loop.encode(retry, framing, chunked));
                });
    }

    private static ByteBuf head(
            final Subscriber subscriber, final Framing framing, final boolean chunked) {
        final String lines =
                "HTTP/1.1 200 OK\r\n"
                        + (framing.isSse() ? SSE_HEAD : NDJSON_HEAD)
                        + idLine(subscriber)
                        + (chunked
                                ? "Transfer-Encoding: chunked\r\n\r\n"
                                : "Connection: close\r\n\r\n");
        return Unpooled.wrappedBuffer(lines.getBytes(US_ASCII));
    }

    /**
     * Makes the stream that a slot was taken for. When that fails, the slot is given back and the
     * client told to come again.
     *
     * @param head makes the answer's head, with what is to follow it at once.
     */
    static void open(
            final Exchange exchange,
            final StreamLoop loop,
            final Beginning beginning,
            final boolean chunked,
            final Function<Subscriber, ByteBuf> head) {
        final Subscriber subscriber = loop.subscribe(beginning, chunked);
        final ByteBuf bytes;
        try {
            bytes = head.apply(subscriber);
        } catch (final RuntimeException | OutOfMemoryError ex) {
            loop.onFailed(subscriber, ex);
            subscriber.onClose(exchange.channel());
            refuse(exchange, loop, "the stream cannot be opened now");
            return;
        }
        try {
            exchange.stream(bytes, subscriber);
        } catch (final RuntimeException | OutOfMemoryError ex) {
            loop.onFailed(subscriber, ex);
            subscriber.onClose(exchange.channel());
            exchange.channel().close(); // nobody knows how much of an answer there is
        }
    }

    /** The header that tells a client which subscriber it is. */
    static String idLine(final Subscriber subscriber) {
        return "Weft-Subscriber: " + subscriber.id() + LINE_END;
    }

    /** Has nothing further read from who waits, and refuses who may not even wait. */
    static void settle(final Exchange exchange, final StreamLoop loop, final Admission admission) {
        switch (admission) {
            case OPENED -> {}
            case WAITING -> exchange.readBody(false); // until it is answered
            case REFUSED -> refuse(exchange, loop, NO_ROOM);
        }
    }

    /** Each client gets its own delay, so that they do not come back together. */
    private static void refuse(
            final Exchange exchange, final StreamLoop loop, final String detail) {
        final int seconds = Math.max(1, loop.retryMs() / 1_000);
        exchange.respond(new Problem(503, detail), "Retry-After: " + seconds + "\r\n");
    }
}
