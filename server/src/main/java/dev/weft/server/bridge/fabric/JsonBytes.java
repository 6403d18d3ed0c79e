package dev.weft.server.bridge.fabric;

import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.JsonText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** JSON in the making, as bytes that grow. There is always padding behind it. One thread. */
public final class JsonBytes {
    private static final int INITIAL_LENGTH = 4 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private byte[] bytes = new byte[INITIAL_LENGTH];
    private int length;

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Takes back what lies behind. */
    public void length(final int newLength) {
        length = newLength;
    }

    public JsonBytes ascii(final String text) {
        reserve(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
        return this;
    }

    public JsonBytes raw(final byte[] source, final int from, final int to) {
        reserve(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
        return this;
    }

    public JsonBytes raw(final byte[] source) {
        return raw(source, 0, source.length);
    }

    /** A text as a JSON string. */
    public JsonBytes text(final String text) {
        final int before = length;
        reserve(text.length() + 2);
        bytes[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                length = before;
                return quoted(text);
            }
            bytes[length++] = (byte) c;
        }
        bytes[length++] = '"';
        return this;
    }

    private JsonBytes quoted(final String text) {
        final StringBuilder quoted = new StringBuilder(text.length() + 2);
        JsonText.quote(quoted, text);
        return raw(quoted.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as a JSON string, or as {@code {"base64":"…"}} if they are no UTF-8. */
    public JsonBytes text(final byte[] utf8) {
        if (!isUtf8(utf8)) {
            return ascii("{\"base64\":\"").raw(Base64.getEncoder().encode(utf8)).ascii("\"}");
        }
        reserve(utf8.length + 2);
        bytes[length++] = '"';
        int from = 0;
        for (int i = 0; i < utf8.length; i++) {
            final byte b = utf8[i];
            if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
                raw(utf8, from, i);
                escape(b);
                from = i + 1;
            }
        }
        raw(utf8, from, utf8.length);
        return ascii("\"");
    }

    private void escape(final byte b) {
        if (b == '"' || b == '\\') {
            ascii("\\");
            reserve(1);
            bytes[length++] = b;
        } else {
            ascii("\\u00");
            reserve(2);
            bytes[length++] = HEX[b >> 4];
            bytes[length++] = HEX[b & 0xF];
        }
    }

    private boolean isUtf8(final byte[] text) {
        boolean isAscii = true;
        for (final byte b : text) {
            isAscii &= b >= 0;
        }
        if (isAscii) {
            return true;
        }
        try {
            final CharBuffer ignored = decoder.decode(ByteBuffer.wrap(text));
            return ignored.remaining() >= 0;
        } catch (final CharacterCodingException ex) {
            return false;
        }
    }

    private void reserve(final int more) {
        final int needed = length + more + JsonScanner.PADDING;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
    }
}
