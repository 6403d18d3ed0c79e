package dev.weft.server.http;

import dev.weft.protocol.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Decodes %XX as strict UTF-8 (RFC 3986, 2.1). Whatever is not exactly that is a problem 400, never
 * a guess.
 */
public final class PercentCodec {
    private static final int PATH_CONTROL_MAX = 0x1f;
    private static final int DELETE = 0x7f;

    private PercentCodec() {}

    /**
     * Decodes a path. An encoded slash, backslash or control character is refused: it would say two
     * things.
     */
    public static String decodePath(final String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        final String path = decode(raw, 0, raw.length(), false, "path");
        int slashes = 0;
        for (int i = 0; i < path.length(); i++) {
            final char c = path.charAt(i);
            if (c <= PATH_CONTROL_MAX || c == DELETE || c == '\\') {
                throw bad("path", "control characters and backslashes are not allowed");
            }
            slashes += c == '/' ? 1 : 0;
        }
        for (int i = 0; i < raw.length(); i++) {
            slashes -= raw.charAt(i) == '/' ? 1 : 0;
        }
        if (slashes != 0) {
            throw bad("path", "an encoded slash is not allowed");
        }
        return path;
    }

    /** Decodes one name or value of a query, where a plus sign is a space. */
    static String decodeQuery(final String raw, final int start, final int end) {
        for (int i = start; i < end; i++) {
            final char c = raw.charAt(i);
            if (c == '%' || c == '+') {
                return decode(raw, start, end, true, "query");
            }
        }
        return raw.substring(start, end);
    }

    private static String decode(
            final String raw,
            final int start,
            final int end,
            final boolean plusIsSpace,
            final String where) {
        final byte[] bytes = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            final char c = raw.charAt(i);
            if (c == '%') {
                final int high = i + 2 < end ? Character.digit(raw.charAt(i + 1), 16) : -1;
                final int low = i + 2 < end ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw bad(where, "% must be followed by two hexadecimal digits");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = (byte) (c == '+' && plusIsSpace ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (final CharacterCodingException ex) {
            throw bad(where, "percent-encoded bytes must be UTF-8");
        }
    }

    private static ProblemException bad(final String where, final String rule) {
        return new ProblemException(new Problem(400, where + ": " + rule));
    }
}
