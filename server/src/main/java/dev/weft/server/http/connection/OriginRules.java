package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may use the server. A page that the browser loaded from elsewhere must not
 * publish (it would need no key on a developer's machine), must not open a WebSocket, and must not
 * pass as local by pointing its own name at this machine (DNS rebinding). CORS widens that for
 * listed origins. Immutable.
 */
public final class OriginRules {
    private static final String ANY = "*";
    private static final String LINE_END = "\r\n";
    private static final AsciiString SEC_FETCH_SITE = AsciiString.cached("sec-fetch-site");
    private static final AsciiString PRIVATE_NETWORK =
            AsciiString.cached("access-control-request-private-network");
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String EXPOSED =
            "Access-Control-Expose-Headers: Weft-Seq, Weft-Durability, Weft-Duplicate, Weft-Subscriber\r\n";
    private static final String VARY = "Vary: Origin\r\n";

    private final boolean loopbackOnly;
    private final boolean anyOrigin;
    private final Set<String> origins;

    /**
     * Makes the rules.
     *
     * @param loopbackOnly the server listens on a loopback address, so the Host header must name
     *     one.
     * @param corsOrigins origins that may use the server from a browser, such as {@code
     *     https://app.example}; or {@code *} for all.
     */
    public OriginRules(final boolean loopbackOnly, final List<String> corsOrigins) {
        this(loopbackOnly, Set.copyOf(corsOrigins));
    }

    private OriginRules(final boolean loopbackOnly, final Set<String> origins) {
        this.loopbackOnly = loopbackOnly;
        this.anyOrigin = origins.contains(ANY);
        this.origins = origins;
    }

    /** The same for connections that no name leads to: their Host header may say anything. */
    OriginRules withoutHostRule() {
        return new OriginRules(false, origins);
    }

    /**
     * Why a request is refused for where it comes from, or null.
     *
     * @param authority value of the Host header, or of the target if that was absolute.
     */
    @Nullable Problem check(
            final HttpMethod method, final HttpHeaders headers, final String authority) {
        if (loopbackOnly && !isLoopback(authority)) {
            return new Problem(
                    421,
                    "Host: this server listens on a loopback address and must be called by its name");
        }
        if (changesState(method) || headers.contains(HttpHeaderNames.UPGRADE)) {
            final String origin = headers.get(HttpHeaderNames.ORIGIN);
            final boolean isForeign =
                    origin == null
                            ? "cross-site".equals(headers.get(SEC_FETCH_SITE))
                            : !isAllowed(origin) && !isSame(origin, authority);
            if (isForeign) {
                return new Problem(
                        403, "Origin: pages of this origin may not do this; see --cors-origins");
            }
        }
        return null;
    }

    /** Header lines that let a page read the answer, or null. */
    @Nullable String corsLines(final HttpHeaders headers) {
        if (origins.isEmpty()) {
            return null;
        }
        final String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (anyOrigin) {
            return origin == null ? null : "Access-Control-Allow-Origin: *" + LINE_END + EXPOSED;
        }
        if (origin == null || !origins.contains(origin)) {
            return VARY;
        }
        return "Access-Control-Allow-Origin: " + origin + LINE_END + VARY + EXPOSED;
    }

    /** Whether a request asks if a page may send another one. */
    static boolean isPreflight(final HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.ORIGIN)
                && headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    }

    /** Header lines that answer a preflight, or null if it is refused. */
    @Nullable String preflightLines(final HttpHeaders headers, final String allow) {
        final String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin == null || !isAllowed(origin) || headers.contains(PRIVATE_NETWORK)) {
            return null;
        }
        return "Access-Control-Allow-Methods: "
                + allow
                + LINE_END
                + "Access-Control-Allow-Headers: Authorization, Content-Type, Last-Event-ID, Prefer, Weft-Durability,"
                + " X-API-Key\r\n"
                + "Access-Control-Max-Age: 600\r\n";
    }

    private boolean isAllowed(final String origin) {
        return anyOrigin || origins.contains(origin);
    }

    private static boolean isSame(final String origin, final String authority) {
        final int scheme = origin.indexOf("://");
        return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(authority);
    }

    private static boolean changesState(final HttpMethod method) {
        return !method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !method.equals(HttpMethod.OPTIONS);
    }

    private static boolean isLoopback(final String authority) {
        final int colon = authority.lastIndexOf(':');
        final String name =
                colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        return LOOPBACK_NAMES.contains(name.toLowerCase(Locale.ROOT)) || isLoopbackNumber(name);
    }

    /** An address of 127.0.0.0/8 in numbers; no name server can make that lead elsewhere. */
    private static boolean isLoopbackNumber(final String name) {
        boolean isNumber = name.startsWith("127.");
        for (int i = 0; i < name.length() && isNumber; i++) {
            isNumber = name.charAt(i) == '.' || (name.charAt(i) >= '0' && name.charAt(i) <= '9');
        }
        return isNumber;
    }
}
