package dev.weft.server.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that does what a test tells it, for faults that the real one does not make. */
public final class FakeServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** What came in. */
    public record Request(String target, String lastEventId, String apiKey, String body) {}

    /** What goes out; the connection is cut when the body ends before it is complete. */
    record Answer(int status, String body, boolean isCut) {}

    public FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public FakeServer answer(final int status, final String body) {
        answers.add(new Answer(status, body, false));
        return this;
    }

    public FakeServer cutAfter(final String body) {
        answers.add(new Answer(200, body, true));
        return this;
    }

    public List<Request> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(final HttpExchange exchange) throws IOException {
        final String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(
                new Request(
                        exchange.getRequestURI().toString(),
                        String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")),
                        String.valueOf(exchange.getRequestHeaders().getFirst("X-API-Key")),
                        body));
        final Answer next = answers.poll();
        final Answer answer =
                next == null ? new Answer(404, "{\"detail\":\"no answer planned\"}", false) : next;
        final byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        if (answer.isCut()) {
            exchange.sendResponseHeaders(answer.status(), bytes.length + 1);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            exchange.close(); // one byte short: the client sees a broken connection
        } else {
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }
    }
}
