package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Problems as JSON (RFC 9457): {@code title}, {@code status} and {@code detail}, and on the event
 * routes the detail once more as {@code message}, on the session routes as {@code error}. A 401 is
 * {@code detail} alone, so that it says the same whatever was asked for. The problem's own members
 * follow.
 */
final class ProblemBody {
    private static final int UNAUTHORIZED = 401;
    private static final List<String> SESSIONS =
            List.of("/sessions", "/v1/sessions", "/api/v2/sessions");

    private ProblemBody() {}

    /** The header lines of a problem: those it always has, then its own. */
    static String headerLines(final Problem problem, final @Nullable String own) {
        final boolean isLater = problem.status() == 503 || problem.status() == 429;
        final String lines = own == null ? "" : own;
        return isLater && !lines.startsWith("Retry-After:")
                ? "Cache-Control: no-store\r\nRetry-After: 1\r\n" + lines
                : "Cache-Control: no-store\r\n" + lines;
    }

    static ByteBuf write(
            final ByteBufAllocator allocator, final Problem problem, final String path) {
        final StringBuilder json =
                new StringBuilder(128 + 2 * problem.detail().length()).append('{');
        if (problem.status() != UNAUTHORIZED) {
            json.append("\"title\":");
            JsonText.quote(json, HttpResponseStatus.valueOf(problem.status()).reasonPhrase());
            json.append(",\"status\":").append(problem.status()).append(',');
        }
        json.append("\"detail\":");
        JsonText.quote(json, problem.detail());
        final String again = repeatedAs(path);
        if (problem.status() != UNAUTHORIZED && again != null) {
            json.append(",\"").append(again).append("\":");
            JsonText.quote(json, problem.detail());
        }
        problem.members()
                .forEach(
                        (name, value) -> {
                            json.append(',');
                            JsonText.quote(json, name);
                            json.append(':');
                            if (value instanceof Number) {
                                json.append(value);
                            } else {
                                JsonText.quote(json, String.valueOf(value));
                            }
                        });
        return ByteBufUtil.writeUtf8(allocator, json.append('}'));
    }

    /** Name under which clients of a surface look for the detail. */
    private static @Nullable String repeatedAs(final String path) {
        if (path.startsWith("/events")) {
            return "message";
        }
        for (final String prefix : SESSIONS) {
            if (path.startsWith(prefix)) {
                return "error";
            }
        }
        return null;
    }
}
