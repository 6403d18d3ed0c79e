package dev.weft.server.http.connection;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.PercentCodec;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.RouteTable;
import dev.weft.server.http.UriQuery;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to an answer. Made per request and never reused: a route that answers late
 * or twice can then not answer somebody else's request. Thread: the connection's event loop.
 */
final class HttpExchange implements Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);
    private static final Problem FAILED =
            new Problem(500, "the server failed to answer; its log says why");

    private final HttpConnection connection;
    private final HttpRequest request;
    private String path; // as it came until decodePath
    private final int queryStart;
    private @Nullable UriQuery query;

    // Written by the connection.
    RouteTable.@Nullable PathEntry entry;
    @Nullable BodyConsumer consumer;
    @Nullable String corsLines;
    long bodyRemaining; // announced and not yet read; -1 if it was not announced (chunked)
    boolean hasBody; // announced one, read or not
    boolean isKeepAlive = true;
    boolean isContinueExpected;
    boolean isComplete; // the request was read to its end
    boolean isAnswered;
    boolean isAborted;

    // The answer, as long as it is not its turn.
    @Nullable ByteBuf answerHead;
    @Nullable ByteBuf answerBody;
    boolean isCloseAnswered;
    @Nullable StreamHandler stream;

    /**
     * Starts an exchange.
     *
     * @param path as it came.
     * @param queryStart first character of the query in the request's target; its length if there
     *     is none.
     */
    HttpExchange(
            final HttpConnection connection,
            final HttpRequest request,
            final String path,
            final int queryStart) {
        this.connection = connection;
        this.request = request;
        this.path = path;
        this.queryStart = queryStart;
    }

    @Override
    public HttpMethod method() {
        return request.method();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String pathVariable(final String name) {
        final RouteTable.PathEntry matched = entry;
        if (matched == null) {
            throw new IllegalStateException("no route was matched");
        }
        return matched.variable(path, name);
    }

    @Override
    public QueryParameters query() {
        UriQuery parsed = query;
        if (parsed == null) {
            parsed = UriQuery.parse(request.uri(), queryStart);
            query = parsed;
        }
        return parsed;
    }

    @Override
    public HttpHeaders headers() {
        return request.headers();
    }

    @Override
    public boolean isHttp10() {
        return request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }

    @Override
    public EventLoop eventLoop() {
        return connection.channel().eventLoop();
    }

    @Override
    public Channel channel() {
        return connection.channel();
    }

    @Override
    public void onBody(final BodyConsumer bodyConsumer) {
        consumer = bodyConsumer;
    }

    @Override
    public void readBody(final boolean wanted) {
        connection.readBody(this, wanted);
    }

    @Override
    public void respond(
            final int status,
            final @Nullable CharSequence contentType,
            final ByteBuf body,
            final @Nullable CharSequence headerLines) {
        connection.turns().respond(this, status, contentType, body, headerLines);
    }

    @Override
    public void respond(final Problem problem, final @Nullable String headerLines) {
        final ByteBuf body = ProblemBody.write(connection.channel().alloc(), problem, path);
        connection
                .turns()
                .respond(
                        this,
                        problem.status(),
                        MediaTypes.PROBLEM_JSON,
                        body,
                        ProblemBody.headerLines(problem, headerLines));
    }

    @Override
    public boolean fail(final Throwable cause) {
        if (!(cause instanceof ProblemException)) {
            LOG.error("{} {} failed", method(), path, cause);
        }
        if (isAnswered) {
            return false;
        }
        try {
            respond(cause instanceof ProblemException refusal ? refusal.problem() : FAILED);
        } catch (final RuntimeException | OutOfMemoryError ex) {
            LOG.error("nor can that be answered", ex);
            channel().close(); // nobody knows how much of an answer there is
        }
        return true;
    }

    @Override
    public void stream(final ByteBuf head, final StreamHandler handler) {
        connection.turns().stream(this, head, handler);
    }

    /** Tells the route that its body will not end. */
    void abort() {
        isAborted = true;
        final BodyConsumer told = consumer;
        consumer = null;
        if (told != null && !isComplete) {
            told.onAbort();
        }
    }

    /**
     * Gives it up: the one end of every exchange whose answer nobody will get. The route is told,
     * what waits to be written is released.
     */
    void drop() {
        abort();
        ReferenceCountUtil.release(answerHead);
        ReferenceCountUtil.release(answerBody);
        answerHead = null;
        answerBody = null;
        final StreamHandler handler = stream;
        stream = null;
        if (handler != null) {
            handler.onClose(connection.channel());
        }
    }

    HttpVersion version() {
        return request.protocolVersion();
    }

    String target() {
        return request.uri();
    }

    void decodePath() {
        path = PercentCodec.decodePath(path);
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }
}
