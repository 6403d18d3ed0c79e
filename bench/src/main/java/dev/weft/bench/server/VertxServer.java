package dev.weft.bench.server;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A peer: the SSE broadcast that one writes with Vert.x in an afternoon. It keeps no event and
 * checks none. One event loop; a process of its own.
 */
public final class VertxServer {
    private final Set<HttpServerResponse> streams = new LinkedHashSet<>();
    private long lastId;

    private VertxServer() {}

    /** Listens on a free port, prints it, and serves until it is killed. */
    public static void main(final String[] args) {
        final VertxServer server = new VertxServer();
        Vertx.vertx()
                .createHttpServer(
                        new HttpServerOptions()
                                .setHost("127.0.0.1")
                                .setPort(0)
                                .setAcceptBacklog(4096))
                .requestHandler(server::handle)
                .listen()
                .onSuccess(
                        http ->
                                System.out.println(
                                        "vertx ready http://127.0.0.1:" + http.actualPort()));
    }

    private void handle(final HttpServerRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            request.body().onSuccess(event -> publish(request, event));
        } else {
            open(request.response());
        }
    }

    private void open(final HttpServerResponse stream) {
        stream.putHeader("Content-Type", "text/event-stream; charset=utf-8")
                .putHeader("Cache-Control", "no-store")
                .setChunked(true)
                .closeHandler(closed -> streams.remove(stream));
        stream.write(": hi\n\n");
        streams.add(stream);
    }

    private void publish(final HttpServerRequest request, final Buffer event) {
        lastId++;
        final Buffer frame =
                Buffer.buffer("id: " + lastId + "\ndata: ")
                        .appendBuffer(event)
                        .appendString("\n\n");
        for (final HttpServerResponse stream : streams) {
            stream.write(frame);
        }
        request.response().setStatusCode(204).end();
    }
}
