package dev.weft.server.cli.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLSession;

/**
 * One request and its answer on a connection of its own. Runs on a thread of its own, so that a
 * stream can be read while it comes; the body's subscriber says how much it takes.
 */
final class UnixExchange<T> implements Runnable, Flow.Subscription {
    private static final int BUFFER_LENGTH = 64 * 1024;
    private static final int HEAD_LINE_LENGTH_MAX = 64 * 1024;

    private final SocketChannel channel;
    private final HttpRequest request;
    private final HttpResponse.BodyHandler<T> handler;
    private final CompletableFuture<HttpResponse<T>> response = new CompletableFuture<>();
    private final Semaphore wanted = new Semaphore(0); // pieces that the subscriber asked for
    private final InputStream in;

    UnixExchange(
            final SocketChannel channel,
            final HttpRequest request,
            final HttpResponse.BodyHandler<T> handler) {
        this.channel = channel;
        this.request = request;
        this.handler = handler;
        in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER_LENGTH);
    }

    /** Completed when the head is read, and the body too if the handler wants it whole. */
    CompletableFuture<HttpResponse<T>> response() {
        return response;
    }

    @Override
    public void run() {
        try (channel) {
            write();
            final String status = line();
            final int code = Integer.parseInt(status.substring(9, 12));
            final Answer<T> answer = new Answer<>(code, headers(), request);
            final HttpResponse.BodySubscriber<T> subscriber = handler.apply(answer);
            subscriber
                    .getBody()
                    .whenComplete(
                            (body, error) -> {
                                if (error == null) {
                                    response.complete(answer.with(body));
                                } else {
                                    response.completeExceptionally(error);
                                }
                            });
            subscriber.onSubscribe(this);
            read(subscriber, body(answer.headers()));
        } catch (final IOException | InterruptedException | RuntimeException ex) {
            response.completeExceptionally(ex);
        }
    }

    private void read(final HttpResponse.BodySubscriber<T> subscriber, final InputStream body)
            throws InterruptedException {
        try {
            while (true) {
                wanted.acquire();
                final byte[] piece = new byte[BUFFER_LENGTH];
                final int count = body.read(piece);
                if (count < 0) {
                    subscriber.onComplete();
                    return;
                }
                subscriber.onNext(List.of(ByteBuffer.wrap(piece, 0, count)));
            }
        } catch (final IOException ex) {
            subscriber.onError(ex);
        }
    }

    @Override
    public void request(final long count) {
        wanted.release((int) Math.min(count, Integer.MAX_VALUE / 2));
    }

    /** The reader has enough. */
    @Override
    public void cancel() {
        try {
            channel.close();
        } catch (final IOException ex) {
            // It was to end anyway.
        }
        request(1); // so that the thread notices
    }

    private void write() throws IOException {
        final URI uri = request.uri();
        final byte[] body = requestBody();
        final StringBuilder head = new StringBuilder(request.method()).append(' ');
        head.append(uri.getRawPath());
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(uri.getAuthority());
        head.append("\r\nConnection: close\r\n");
        request.headers()
                .map()
                .forEach(
                        (name, values) ->
                                values.forEach(
                                        value ->
                                                head.append(name)
                                                        .append(": ")
                                                        .append(value)
                                                        .append("\r\n")));
        if (request.bodyPublisher().isPresent()) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        writeAll(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.UTF_8)));
        writeAll(ByteBuffer.wrap(body));
    }

    private void writeAll(final ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** All of it: the commands send texts that they hold in memory. */
    private byte[] requestBody() {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.bodyPublisher().ifPresent(publisher -> publisher.subscribe(new Collector(bytes)));
        return bytes.toByteArray();
    }

    /** Takes all that a publisher has at once. */
    private record Collector(ByteArrayOutputStream bytes) implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(final Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(final ByteBuffer item) {
            final byte[] piece = new byte[item.remaining()];
            item.get(piece);
            bytes.writeBytes(piece);
        }

        @Override
        public void onError(final Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {}
    }

    private HttpHeaders headers() throws IOException {
        final Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            final int colon = line.indexOf(':');
            headers.computeIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            name -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        return HttpHeaders.of(headers, (name, value) -> true);
    }

    private InputStream body(final HttpHeaders headers) {
        if (headers.firstValue("transfer-encoding").isPresent()) {
            return new ChunkedBody(in);
        }
        final long length = headers.firstValueAsLong("content-length").orElse(Long.MAX_VALUE);
        return new BoundedBody(in, length);
    }

    private String line() throws IOException {
        return ChunkedBody.line(in, HEAD_LINE_LENGTH_MAX);
    }

    /** A body of known length, or one that ends with the connection. */
    private static final class BoundedBody extends InputStream {
        private final InputStream in;
        private long left;

        BoundedBody(final InputStream in, final long length) {
            this.in = in;
            left = length;
        }

        @Override
        public int read() throws IOException {
            throw new IOException("read in pieces");
        }

        @Override
        public int read(final byte[] target, final int offset, final int length)
                throws IOException {
            if (left == 0) {
                return -1;
            }
            final int count = in.read(target, offset, (int) Math.min(length, left));
            if (count < 0 && left < Long.MAX_VALUE / 2) {
                throw new EOFException("the connection ended within the answer");
            }
            left -= count;
            return count;
        }
    }

    /** Head of an answer, and its body once that is there. */
    private record Answer<B>(int statusCode, HttpHeaders headers, HttpRequest request)
            implements HttpResponse.ResponseInfo {
        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }

        HttpResponse<B> with(final B body) {
            return new Whole<>(this, body);
        }
    }

    /** An answer as the commands know it. */
    private record Whole<B>(Answer<B> head, B body) implements HttpResponse<B> {
        @Override
        public int statusCode() {
            return head.statusCode();
        }

        @Override
        public HttpRequest request() {
            return head.request();
        }

        @Override
        public Optional<HttpResponse<B>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return head.headers();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return head.request().uri();
        }

        @Override
        public HttpClient.Version version() {
            return head.version();
        }
    }
}
