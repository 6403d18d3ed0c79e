package dev.weft.server.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** One subscription by server-sent events, read frame by frame. */
public final class SseClient implements AutoCloseable {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

    private final HttpClient client;
    private final InputStream in;
    private final Duration silenceMax;
    private final byte[] buffer = new byte[64 * 1024];
    private int position; // of what is not yet taken out of the buffer
    private int limit;

    /** Subscribes; {@code path} such as {@code /events/stream?after=0}. */
    public SseClient(
            final InetSocketAddress address, final String path, final @Nullable String lastEventId)
            throws IOException {
        this(address, path, lastEventId, SILENCE_MAX);
    }

    /**
     * The same.
     *
     * @param silenceMax how long it waits for a frame while only comments come.
     */
    SseClient(
            final InetSocketAddress address,
            final String path,
            final @Nullable String lastEventId,
            final Duration silenceMax)
            throws IOException {
        this(silenceMax, new HttpClient(address), client -> client.openStream(path, lastEventId));
    }

    /** Subscribes by a POST, whose body says what is wanted. */
    public static SseClient post(
            final InetSocketAddress address, final String path, final String json)
            throws IOException {
        return new SseClient(
                SILENCE_MAX, new HttpClient(address), client -> client.postForStream(path, json));
    }

    private SseClient(final Duration silenceMax, final HttpClient client, final Asking asking)
            throws IOException {
        this.silenceMax = silenceMax;
        this.client = client;
        final HttpClient.Answer answer = asking.ask(client);
        if (answer.status() != 200) {
            client.close();
            throw new IOException("stream refused: " + answer);
        }
        in = client.stream();
    }

    /** How it asks for its stream; answers the head. */
    @FunctionalInterface
    private interface Asking {
        HttpClient.Answer ask(HttpClient client) throws IOException;
    }

    /**
     * A dispatched event.
     *
     * @param id empty on control frames.
     * @param event name, empty on plain frames.
     */
    public record Frame(String id, String event, String data) {
        public long sequence() {
            return Long.parseLong(id);
        }

        /** Of the event in its envelope. */
        public String type() {
            return JsonMapper.shared().readTree(data).path("event").path("type").asString();
        }
    }

    /**
     * Next frame with data; comments and retry are skipped. Fails if the server ends the stream, or
     * if nothing but comments came for a minute.
     */
    public Frame next() throws IOException {
        final Frame frame = nextOrEnd();
        if (frame == null) {
            throw new EOFException("the server ended the stream");
        }
        return frame;
    }

    /** Next frame with data; null when the server ended the stream in good order. */
    public @Nullable Frame nextOrEnd() throws IOException {
        String id = "";
        String event = "";
        String data = null;
        final long startNs = System.nanoTime();
        while (true) {
            final String line = lineOrEnd();
            if (line == null) {
                return null;
            }
            if (line.isEmpty()) {
                if (data != null) {
                    return new Frame(id, event, data);
                }
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (!line.startsWith(":") && !line.startsWith("retry: ")) {
                throw new IOException("not a line of a frame: " + line);
            } else if (System.nanoTime() - startNs > silenceMax.toNanos()) {
                throw new IOException("nothing but comments for " + silenceMax);
            }
        }
    }

    /** A line, its bytes as they are: enough for sequences and ASCII. */
    private @Nullable String lineOrEnd() throws IOException {
        final ByteArrayOutputStream begin = new ByteArrayOutputStream();
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    begin.write(buffer, position, i - position);
                    position = i + 1;
                    return begin.toString(ISO_8859_1);
                }
            }
            begin.write(buffer, position, limit - position);
            position = 0;
            limit = Math.max(0, in.read(buffer, 0, buffer.length));
            if (limit == 0) {
                if (begin.size() > 0) {
                    throw new IOException("stream ended within a line: " + begin);
                }
                return null;
            }
        }
    }

    public HttpClient connection() {
        return client;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
