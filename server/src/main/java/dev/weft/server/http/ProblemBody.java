package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Problems as JSON (RFC 9457): {@code title}, {@code status} and {@code detail}, and on the event
 * routes the detail once more as {@code message}. A 401 is {@code detail} alone, so that it says
 * the same whatever was asked for. The problem's own members follow.
 */
final class ProblemBody {
    private static final int UNAUTHORIZED = 401;
    private static final int CONTROL_MAX = 0x1f;

    private ProblemBody() {}

    static ByteBuf write(
            final ByteBufAllocator allocator, final Problem problem, final String path) {
        final StringBuilder json =
                new StringBuilder(128 + 2 * problem.detail().length()).append('{');
        if (problem.status() != UNAUTHORIZED) {
            json.append("\"title\":");
            appendString(json, HttpResponseStatus.valueOf(problem.status()).reasonPhrase());
            json.append(",\"status\":").append(problem.status()).append(',');
        }
        json.append("\"detail\":");
        appendString(json, problem.detail());
        if (problem.status() != UNAUTHORIZED && path.startsWith("/events")) {
            json.append(",\"message\":");
            appendString(json, problem.detail());
        }
        problem.members()
                .forEach(
                        (name, value) -> {
                            json.append(',');
                            appendString(json, name);
                            json.append(':');
                            if (value instanceof Number) {
                                json.append(value);
                            } else {
                                appendString(json, String.valueOf(value));
                            }
                        });
        return ByteBufUtil.writeUtf8(allocator, json.append('}'));
    }

    private static void appendString(final StringBuilder json, final String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c <= CONTROL_MAX) {
                json.append("\\u00")
                        .append(Character.forDigit(c >> 4, 16))
                        .append(Character.forDigit(c & 0xf, 16));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
