package dev.weft.server.harness;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request without parameters, headers and connection; its answer goes nowhere. What a test wants
 * to see of it, it overrides.
 */
public class SilentExchange implements Exchange {
    private final HttpMethod method;
    private final String path;

    /** Publishes events. */
    public SilentExchange() {
        this(HttpMethod.POST, "/events");
    }

    protected SilentExchange(final HttpMethod method, final String path) {
        this.method = method;
        this.path = path;
    }

    @Override
    public HttpMethod method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String pathVariable(final String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public QueryParameters query() {
        return new NoParameters();
    }

    @Override
    public HttpHeaders headers() {
        return EmptyHttpHeaders.INSTANCE;
    }

    @Override
    public boolean isHttp10() {
        return false;
    }

    @Override
    public EventLoop eventLoop() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Channel channel() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onBody(final BodyConsumer consumer) {}

    @Override
    public void readBody(final boolean wanted) {}

    @Override
    public void respond(
            final int status,
            final @Nullable CharSequence contentType,
            final ByteBuf body,
            final @Nullable CharSequence headerLines) {
        body.release();
    }

    @Override
    public void respond(final Problem problem, final @Nullable String headerLines) {
        throw new AssertionError(problem.toString());
    }

    @Override
    public boolean fail(final Throwable cause) {
        throw new AssertionError(cause);
    }

    @Override
    public void stream(final ByteBuf head, final StreamHandler stream) {
        throw new UnsupportedOperationException();
    }

    private static final class NoParameters implements QueryParameters {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public Set<String> names() {
            return Set.of();
        }

        @Override
        public List<String> all(final String name) {
            return List.of();
        }

        @Override
        public @Nullable String one(final String name) {
            return null;
        }
    }
}
