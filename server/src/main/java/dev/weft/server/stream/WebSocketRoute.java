package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.Problem;
import dev.weft.protocol.frame.Framing;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.Route;
import dev.weft.server.stream.subscription.FramingWish;
import dev.weft.server.stream.subscription.Subscription;
import dev.weft.server.stream.subscription.SubscriptionParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /events/ws}: the same stream as WebSocket text messages (RFC 6455). The foreign pages
 * are kept out before (Origin is checked for every upgrade). One for each I/O loop.
 */
public final class WebSocketRoute implements Route {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_LENGTH = 16;

    private final StreamLoop loop;
    private final SubscriptionParser parser;

    public WebSocketRoute(final StreamLoop loop, final StreamConfig config) {
        this.loop = loop;
        parser = new SubscriptionParser(config.categories());
    }

    @Override
    public void handle(final Exchange exchange) {
        final String key = key(exchange);
        if (key != null) {
            final Subscription wish = parser.parse(exchange.query(), exchange.headers(), true);
            open(exchange, loop.begin(wish), key);
        }
    }

    /**
     * Opens the stream of one thing, of which the payload is sent unless the query says otherwise.
     * Thread: the loop.
     *
     * @param key what {@link #key} read from the request.
     * @param framing what {@link #framing} read from it.
     */
    public void follow(
            final Exchange exchange,
            final String key,
            final Framing framing,
            final Following following) {
        open(exchange, following.begin(framing), key);
    }

    /**
     * In which framing a request wants the stream of one thing.
     *
     * @throws ProblemException 400 if the query makes no sense.
     */
    public static Framing framing(final Exchange exchange) {
        return FramingWish.of(exchange.query(), exchange.headers(), true, FramingWish.PAYLOAD);
    }

    /**
     * The key of a handshake.
     *
     * @return null if it is none and was answered so.
     * @throws ProblemException 400 if the key is no key.
     */
    public static @Nullable String key(final Exchange exchange) {
        final HttpHeaders headers = exchange.headers();
        if (exchange.isHttp10()
                || !names(headers, "Upgrade", "websocket")
                || !names(headers, "Connection", "upgrade")) {
            upgradeRequired(
                    exchange, "this address speaks WebSocket: Upgrade and Connection must say so");
            return null;
        }
        if (!"13".equals(headers.get("Sec-WebSocket-Version"))) {
            upgradeRequired(exchange, "Sec-WebSocket-Version: must be 13");
            return null;
        }
        final String key = headers.get("Sec-WebSocket-Key", "");
        if (headers.getAll("Sec-WebSocket-Key").size() != 1 || !isKey(key)) {
            throw new ProblemException(
                    new Problem(400, "Sec-WebSocket-Key: must be 16 bytes in base64"));
        }
        return key;
    }

    private void open(final Exchange exchange, final Beginning beginning, final String key) {
        final Runnable opening =
                () ->
                        SubscribeRoute.open(
                                exchange,
                                loop,
                                beginning,
                                false,
                                subscriber -> head(subscriber, key));
        SubscribeRoute.settle(exchange, loop, loop.admit(opening));
    }

    private static ByteBuf head(final Subscriber subscriber, final String key) {
        final String lines =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + accept(key)
                        + "\r\n"
                        + SubscribeRoute.idLine(subscriber)
                        + "\r\n";
        return Unpooled.wrappedBuffer(lines.getBytes(US_ASCII));
    }

    /** The answer to a key (RFC 6455, 4.2.2). */
    static String accept(final String key) {
        try {
            final MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(sha1.digest((key + ACCEPT_SUFFIX).getBytes(US_ASCII)));
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java platform has SHA-1", ex);
        }
    }

    private static void upgradeRequired(final Exchange exchange, final String detail) {
        exchange.respond(
                new Problem(426, detail),
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    }

    private static boolean names(
            final HttpHeaders headers, final String header, final String token) {
        final List<String> lines = headers.getAll(header);
        for (final String line : lines) {
            for (final String part : line.split(",", -1)) {
                if (part.strip().toLowerCase(Locale.ROOT).equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isKey(final String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_LENGTH;
        } catch (final IllegalArgumentException ex) {
            return false;
        }
    }
}
