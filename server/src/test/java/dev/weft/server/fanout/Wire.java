package dev.weft.server.fanout;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.protocol.frame.Framing;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads what went out, in every framing, independently of what wrote it. */
public final class Wire {
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
     * What the stream carries besides comments and {@code retry:}; controls as {@code name value}.
     */
    public static List<String> envelopes(final Framing framing, final byte[] body) {
        final List<String> found = new ArrayList<>();
        switch (framing) {
            case SSE, SSE_NAMED ->
                    SseParser.parse(body)
                            .events()
                            .forEach(
                                    event ->
                                            found.add(
                                                    event.type().startsWith("weft.")
                                                            ? "{\""
                                                                    + event.type()
                                                                    + "\":"
                                                                    + event.data()
                                                                    + "}"
                                                            : event.data()));
            case NDJSON ->
                    new String(body, UTF_8)
                            .lines()
                            .filter(line -> !line.isEmpty())
                            .forEach(found::add);
            case WEBSOCKET -> messages(ByteBuffer.wrap(body), found);
        }
        return found;
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
            } else if (first != 0x89) {
                throw new AssertionError("unexpected first byte: " + first);
            }
        }
    }
}
