package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that asks for something else in its query, for a route that stands before another.
 */
public final class QueriedExchange implements Exchange {
    private final Exchange exchange;
    private final QueryParameters query;

    public QueriedExchange(final Exchange exchange, final QueryParameters query) {
        this.exchange = exchange;
        this.query = query;
    }

    @Override
    public HttpMethod method() {
        return exchange.method();
    }

    @Override
    public String path() {
        return exchange.path();
    }

    @Override
    public String pathVariable(final String name) {
        return exchange.pathVariable(name);
    }

    @Override
    public QueryParameters query() {
        return query;
    }

    @Override
    public HttpHeaders headers() {
        return exchange.headers();
    }

    @Override
    public boolean isHttp10() {
        return exchange.isHttp10();
    }

    @Override
    public EventLoop eventLoop() {
        return exchange.eventLoop();
    }

    @Override
    public Channel channel() {
        return exchange.channel();
    }

    @Override
    public void onBody(final BodyConsumer consumer) {
        exchange.onBody(consumer);
    }

    @Override
    public void readBody(final boolean wanted) {
        exchange.readBody(wanted);
    }

    @Override
    public void respond(
            final int status,
            final @Nullable CharSequence contentType,
            final ByteBuf body,
            final @Nullable CharSequence headerLines) {
        exchange.respond(status, contentType, body, headerLines);
    }

    @Override
    public void respond(final Problem problem, final @Nullable String headerLines) {
        exchange.respond(problem, headerLines);
    }

    @Override
    public boolean fail(final Throwable cause) {
        return exchange.fail(cause);
    }

    @Override
    public void stream(final ByteBuf head, final StreamHandler stream) {
        exchange.stream(head, stream);
    }
}
