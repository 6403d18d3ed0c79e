package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.frame.Framing;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what went out, in every framing, independently of what wrote it. */
public final class Wire {
    /** Names that no event of a test has. */
    private static final Pattern CONTROL = Pattern.compile("weft\\..*|stream\\.complete");

    /** What framings of the payload make of an event. */
    private static final Pattern OBJECT =
            Pattern.compile(
                    "\\{\"event\":\"([^\"]+)\",(?:\"id\":(\\d+),)?\"data\":(.*)}", Pattern.DOTALL);

    private Wire() {}

    /** The body inside chunks; bytes that are not chunked come back as they are. */
    public static byte[] unchunk(final byte[] bytes) {
        final String text = new String(bytes, ISO_8859_1);
        if (!text.matches("(?s)[0-9a-f]{6}\r\n.*")) {
            return bytes;
        }
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = 0;
        while (at < bytes.length) {
            if (text.startsWith("0\r\n\r\n", at)) {
                if (at + 5 < bytes.length) {
                    throw new AssertionError("something follows the last chunk");
                }
                break;
            }
            final int end = text.indexOf("\r\n", at);
            final int length = Integer.parseInt(text.substring(at, end), 16);
            body.write(bytes, end + 2, length);
            at = end + 2 + length;
            if (!text.startsWith("\r\n", at)) {
                throw new AssertionError("no line end after a chunk of " + length);
            }
            at += 2;
        }
        return body.toByteArray();
    }

    /**
     * What the stream carries besides comments and {@code retry:}: envelopes; controls as {@code
     * {name:value}}; payloads as {@link #payload} writes them.
     */
    public static List<String> envelopes(final Framing framing, final byte[] body) {
        final List<String> found = new ArrayList<>();
        if (framing.isSse()) {
            SseParser.parse(body).events().forEach(event -> found.add(item(framing, event)));
        } else if (framing.isWebSocket()) {
            messages(ByteBuffer.wrap(body), found);
        } else {
            for (final String line : new String(body, UTF_8).split("\n", -1)) {
                if (!line.isEmpty()) {
                    found.add(line);
                }
            }
        }
        if (framing.isPayload() && !framing.isSse()) {
            found.replaceAll(Wire::item);
        }
        return found;
    }

    /** An event of which only sequence and payload are known. */
    public static String payload(final String sequence, final String data) {
        return "{\"seq\":" + sequence + ",\"event\":" + data + "}";
    }

    private static String item(final Framing framing, final SseParser.Event event) {
        if (CONTROL.matcher(event.type()).matches()) {
            return "{\"" + event.type() + "\":" + event.data() + "}";
        }
        return framing.isPayload() ? payload(event.lastEventId(), event.data()) : event.data();
    }

    private static String item(final String object) {
        final Matcher matcher = OBJECT.matcher(object);
        if (!matcher.matches()) {
            throw new AssertionError("no such object: " + object);
        }
        return matcher.group(2) == null
                ? "{\"" + matcher.group(1) + "\":" + matcher.group(3) + "}"
                : payload(matcher.group(2), matcher.group(3));
    }

    private static void messages(final ByteBuffer bytes, final List<String> found) {
        while (bytes.hasRemaining()) {
            final int first = bytes.get() & 0xff;
            final int second = bytes.get();
            final long length =
                    second == 126
                            ? bytes.getShort() & 0xffff
                            : second == 127 ? bytes.getLong() : second;
            final byte[] payload = new byte[(int) length];
            bytes.get(payload);
            if (first == 0x81) {
                found.add(new String(payload, UTF_8));
            } else if (first == 0x88) {
                if (bytes.hasRemaining()) {
                    throw new AssertionError("something follows the close");
                }
            } else if (first != 0x89) {
                throw new AssertionError("unexpected first byte: " + first);
            }
        }
    }
}
