package dev.weft.server.cli.client;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Java's HTTP client has no Unix domain sockets; this one has nothing else. One connection for each
 * request, HTTP/1.1 without TLS, no redirects. Any thread may send.
 */
final class UnixHttpClient extends HttpClient {
    private final Path socket;

    UnixHttpClient(final Path socket) {
        this.socket = socket;
    }

    @Override
    public <T> HttpResponse<T> send(
            final HttpRequest request, final HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        final SocketChannel channel = connect();
        final UnixExchange<T> exchange = new UnixExchange<>(channel, request, handler);
        final Thread thread = new Thread(exchange, "weft-unix");
        thread.setDaemon(true);
        thread.start();
        try {
            final Optional<Duration> timeout = request.timeout();
            return timeout.isPresent()
                    ? exchange.response().get(timeout.get().toMillis(), TimeUnit.MILLISECONDS)
                    : exchange.response().get();
        } catch (final ExecutionException ex) {
            final Throwable cause = ex.getCause();
            throw new IOException(cause == null ? "" : cause.getMessage(), cause);
        } catch (final TimeoutException ex) {
            channel.close();
            throw new HttpTimeoutException("no answer in time");
        }
    }

    private SocketChannel connect() throws IOException {
        final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (final IOException ex) {
            channel.close();
            throw new IOException(socket + ": " + ex.getMessage(), ex);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            final HttpRequest request, final HttpResponse.BodyHandler<T> handler) {
        throw new UnsupportedOperationException("only send");
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            final HttpRequest request,
            final HttpResponse.BodyHandler<T> handler,
            final HttpResponse.PushPromiseHandler<T> pushHandler) {
        throw new UnsupportedOperationException("only send");
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
        return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.empty();
    }

    @Override
    public SSLContext sslContext() {
        throw new UnsupportedOperationException("no TLS");
    }

    @Override
    public SSLParameters sslParameters() {
        return new SSLParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.empty();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.empty();
    }
}
