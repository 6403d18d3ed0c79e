package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.harness.HttpClient.Answer;
import dev.weft.server.harness.SseClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server and one connection to it, as the tests of jobs want them. */
final class JobServer implements AutoCloseable {
    static final String JSON = "Content-Type: application/json\r\n";

    static final String KEY = "a-key-for-tests-0001";

    private static final int PATIENCE_S = 30;

    private final WeftServer server;
    private final HttpClient client;

    JobServer(final Path directory, final Map<String, String> settings) throws IOException {
        server = WeftServer.start(directory, settings);
        client = server.connect();
    }

    /** One that asks for {@link #KEY}. */
    static JobServer closed(final Path directory) throws IOException {
        final Path keys = Files.writeString(directory.resolve("keys"), KEY + "\n");
        return new JobServer(directory.resolve("data"), Map.of("api-keys-file", keys.toString()));
    }

    WeftServer weft() {
        return server;
    }

    HttpClient client() {
        return client;
    }

    /** Publishes an event about a job, as anybody may, and answers its sequence. */
    long publish(final String job, final String type, final String data) throws IOException {
        final Answer answer =
                client.post(
                        "{\"type\":\""
                                + type
                                + "\",\"category\":\"job\",\"subject\":\"job/"
                                + job
                                + "\""
                                + (data.isEmpty() ? "" : ",\"data\":" + data)
                                + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.number("seq");
    }

    /** What is answered with 200 to a GET below {@code /runner-jobs}. */
    JsonNode get(final String path) throws IOException {
        final Answer answer = client.get("/runner-jobs" + path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    Answer post(final String path, final String body) throws IOException {
        return client.post("/runner-jobs" + path, body, body.isEmpty() ? "" : JSON);
    }

    static JsonNode json(final Answer answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    SseClient stream(final String job, final @Nullable String lastEventId) throws IOException {
        return new SseClient(
                server.address(), "/runner-jobs/" + job + "/events/stream", lastEventId);
    }

    /** Everything that a stream sends until it ends. */
    List<SseClient.Frame> wholeStream(final String job, final @Nullable String lastEventId)
            throws IOException {
        try (SseClient stream = stream(job, lastEventId)) {
            return rest(stream);
        }
    }

    static List<SseClient.Frame> rest(final SseClient stream) throws IOException {
        final List<SseClient.Frame> frames = new ArrayList<>();
        for (SseClient.Frame frame = stream.nextOrEnd();
                frame != null;
                frame = stream.nextOrEnd()) {
            frames.add(frame);
        }
        return frames;
    }

    /** The messages of a WebSocket until it is closed, and then the status. */
    CompletableFuture<List<String>> webSocket(final String path) {
        final Messages messages = new Messages();
        java.net.http.HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://localhost:" + server.address().getPort() + path), messages)
                .whenComplete(
                        (socket, failure) -> {
                            if (failure != null) {
                                messages.all.completeExceptionally(failure);
                            }
                        });
        return messages.all.orTimeout(PATIENCE_S, TimeUnit.SECONDS);
    }

    private static final class Messages implements WebSocket.Listener {
        private final CompletableFuture<List<String>> all = new CompletableFuture<>();
        private final List<String> messages = new ArrayList<>();
        private final StringBuilder parts = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                final WebSocket socket, final CharSequence part, final boolean isLast) {
            parts.append(part);
            if (isLast) {
                messages.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(
                final WebSocket socket, final int status, final String reason) {
            messages.add("closed " + status);
            all.complete(messages);
            return null;
        }

        @Override
        public void onError(final WebSocket socket, final Throwable failure) {
            all.completeExceptionally(failure);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
