package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.server.http.HttpLimits;
import dev.weft.server.http.Route;
import dev.weft.server.http.RouteTable;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/**
 * From the head of a request to its route: target, version, Host, origin, key, method, in this
 * order, and the answer if one of them refuses. One per connection; thread: its event loop.
 */
final class RequestDispatch {
    private static final String HTTP = "http://";
    private static final String ANY_RESOURCE = "*";
    private static final String ALLOW_ALL = "GET, HEAD, POST, OPTIONS";

    private final HttpConnection connection;
    private final LoopContext loop;
    private final OriginRules origins;

    RequestDispatch(
            final HttpConnection connection, final LoopContext loop, final OriginRules origins) {
        this.connection = connection;
        this.loop = loop;
        this.origins = origins;
    }

    /**
     * The exchange of a request whose path nobody knows, to answer it. It is the last of its
     * connection.
     */
    HttpExchange unknown() {
        final HttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        final HttpExchange exchange = new HttpExchange(connection, request, "/", 1);
        exchange.isKeepAlive = false;
        exchange.isComplete = true;
        return exchange;
    }

    /** Makes the exchange of a request. Its path is not decoded yet if it has percent signs. */
    HttpExchange begin(final HttpRequest request) {
        final String target = request.uri();
        final int start = pathStart(target);
        final int question = target.indexOf('?');
        final int pathEnd = question < 0 ? target.length() : question;
        final String raw =
                start == 0 && pathEnd == target.length()
                        ? target
                        : target.substring(Math.min(start, pathEnd), pathEnd);
        final HttpExchange exchange =
                new HttpExchange(
                        connection,
                        request,
                        raw.isEmpty() ? "/" : raw,
                        question < 0 ? target.length() : question + 1);
        exchange.isKeepAlive = HttpUtil.isKeepAlive(request);
        final HttpHeaders headers = request.headers();
        exchange.bodyRemaining =
                headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                        ? -1
                        : HttpUtil.getContentLength(request, 0L);
        exchange.hasBody = exchange.bodyRemaining != 0;
        exchange.isContinueExpected =
                headers.contains(HttpHeaderNames.EXPECT)
                        && !exchange.isHttp10()
                        && exchange.hasBody;
        exchange.corsLines = origins.corsLines(headers);
        return exchange;
    }

    /** Where the path begins: behind the authority of an absolute target (RFC 9112, 3.2.2). */
    private static int pathStart(final String target) {
        if (!target.regionMatches(true, 0, HTTP, 0, HTTP.length())) {
            return 0;
        }
        int end = HTTP.length();
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        return end;
    }

    /** Calls the route, or answers why not. */
    void handle(final HttpExchange exchange) {
        try {
            final Problem problem = check(exchange);
            if (problem != null) {
                exchange.respond(problem);
            } else {
                route(exchange);
            }
        } catch (final RuntimeException ex) {
            exchange.fail(ex);
        }
    }

    private @Nullable Problem check(final HttpExchange exchange) {
        final HttpHeaders headers = exchange.headers();
        final HttpVersion version = exchange.version();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            exchange.isKeepAlive = false;
            return new Problem(505, "request: the version must be HTTP/1.1 or HTTP/1.0");
        }
        final String host = headers.get(HttpHeaderNames.HOST);
        if (host == null && !exchange.isHttp10()) {
            return last(exchange, 400, "Host: the header is missing");
        }
        final String authority = authority(exchange, host == null ? "" : host);
        if (!isAuthority(authority) || (host != null && !isAuthority(host))) {
            return last(exchange, 400, "Host: not a name or address with an optional port");
        }
        final String transferEncoding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (transferEncoding != null
                && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(transferEncoding)) {
            return last(exchange, 400, "Transfer-Encoding: only chunked is understood");
        }
        final String expect = headers.get(HttpHeaderNames.EXPECT);
        if (expect != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
            return last(exchange, 417, "Expect: only 100-continue is understood");
        }
        return origins.check(exchange.method(), headers, authority);
    }

    private static Problem last(
            final HttpExchange exchange, final int status, final String detail) {
        exchange.isKeepAlive = false;
        return new Problem(status, detail);
    }

    private static String authority(final HttpExchange exchange, final String host) {
        final String target = exchange.target();
        final int start = pathStart(target);
        return start == 0 ? host : target.substring(HTTP.length(), start);
    }

    /** The characters of an authority without user (RFC 3986, 3.2), which may be empty. */
    private static boolean isAuthority(final String text) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            final boolean isPlain =
                    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!isPlain && "-._~:[]%!$&'()*+,;=".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private void route(final HttpExchange exchange) {
        final HttpMethod method = exchange.method();
        exchange.decodePath();
        final String path = exchange.path();
        if (path.charAt(0) != '/') {
            routeOddTarget(exchange, path);
            return;
        }
        final RouteTable.PathEntry entry = loop.routes.find(path);
        exchange.entry = entry;
        if (method.equals(HttpMethod.OPTIONS)) {
            respondOptions(exchange, entry == null ? ALLOW_ALL : entry.allow());
            return;
        }
        if (entry == null || !entry.isOpen()) {
            final Problem problem = loop.guard.check(exchange.headers());
            if (problem != null) {
                exchange.respond(
                        problem, problem.status() == 401 ? "WWW-Authenticate: Bearer\r\n" : null);
                return;
            }
        }
        if (entry == null) {
            exchange.respond(new Problem(404, "path: nothing is served here; see /docs"));
            return;
        }
        final Route route = entry.route(method);
        if (route == null) {
            final Problem problem =
                    new Problem(405, "method: not for this path; allowed: " + entry.allow());
            exchange.respond(problem, "Allow: " + entry.allow() + "\r\n");
            return;
        }
        route.handle(exchange);
    }

    private void routeOddTarget(final HttpExchange exchange, final String path) {
        if (exchange.method().equals(HttpMethod.OPTIONS) && path.equals(ANY_RESOURCE)) {
            respondOptions(exchange, ALLOW_ALL);
        } else if (exchange.method().equals(HttpMethod.CONNECT)) {
            exchange.isKeepAlive = false;
            exchange.respond(
                    new Problem(405, "method: this is no proxy"), "Allow: " + ALLOW_ALL + "\r\n");
        } else {
            exchange.respond(last(exchange, 400, "request: the target must begin with a slash"));
        }
    }

    private void respondOptions(final HttpExchange exchange, final String allow) {
        String lines = "Allow: " + allow + "\r\n";
        if (OriginRules.isPreflight(exchange.headers())) {
            final String preflight = origins.preflightLines(exchange.headers(), allow);
            if (preflight == null) {
                exchange.respond(
                        new Problem(
                                403,
                                "Origin: pages of this origin may not do this; see --cors-origins"));
                return;
            }
            lines += preflight;
        }
        exchange.respond(204, null, Unpooled.EMPTY_BUFFER, lines);
    }

    /** What is wrong with a request that the decoder refused. */
    static Problem problemOf(final Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Problem(
                    414,
                    "request: its first line is longer than "
                            + HttpLimits.REQUEST_LINE_LENGTH_MAX
                            + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Problem(
                    431,
                    "request: its headers are longer than "
                            + HttpLimits.HEADERS_LENGTH_MAX
                            + " bytes or more than "
                            + HttpLimits.HEADERS_MAX);
        }
        return new Problem(400, "request: not valid HTTP");
    }
}
