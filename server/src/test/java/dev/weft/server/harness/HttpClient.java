package dev.weft.server.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection: writes requests, reads answers in their order. */
public final class HttpClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    public HttpClient(final InetSocketAddress address) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(address, TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    /** An answer with a counted or chunked body. Header names are in small letters. */
    public record Answer(int status, Map<String, String> headers, String body) {
        /** Value of a number in the body, such as {@code seq}. */
        public long number(final String name) {
            final int at = body.indexOf('"' + name + "\":") + name.length() + 3;
            int end = at;
            while (end < body.length() && Character.isDigit(body.charAt(end))) {
                end++;
            }
            return Long.parseLong(body.substring(at, end));
        }
    }

    public Answer get(final String path) throws IOException {
        send("GET", path, "", "");
        return answer();
    }

    /** Answer to a GET with more headers, each with its line end. */
    public Answer answerOf(final String path, final String headers) throws IOException {
        send("GET", path, "", headers);
        return answer();
    }

    public Answer post(final String json) throws IOException {
        return post("/events", json, "Content-Type: application/json\r\n");
    }

    public Answer post(final String path, final String body, final String headers)
            throws IOException {
        send("POST", path, body, headers);
        return answer();
    }

    /** Sends without waiting, for pipelining. */
    public void send(
            final String method, final String path, final String body, final String headers)
            throws IOException {
        final byte[] bytes = body.getBytes(UTF_8);
        final String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n";
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(
                (method
                                + " "
                                + path
                                + " HTTP/1.1\r\nHost: localhost\r\n"
                                + headers
                                + length
                                + "\r\n")
                        .getBytes(UTF_8));
        out.writeBytes(bytes);
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Sends text as it is. */
    public void sendRaw(final String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    public Answer answer() throws IOException {
        final String status = line();
        final Map<String, String> headers = headers();
        final String length = headers.get("content-length");
        final String body;
        if (length != null) {
            body = new String(in.readNBytes(Integer.parseInt(length)), UTF_8);
        } else if ("chunked".equals(headers.get("transfer-encoding"))) {
            body = new String(new ChunkedInput(in).readAllBytes(), UTF_8);
        } else {
            body = "";
        }
        return new Answer(Integer.parseInt(status.substring(9, 12)), headers, body);
    }

    private Map<String, String> headers() throws IOException {
        final Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            final int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return headers;
    }

    private String line() throws IOException {
        return line(in);
    }

    static String line(final InputStream in) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed, read so far: " + bytes);
            }
            if (b != '\r') {
                bytes.write(b);
            }
        }
        return bytes.toString(UTF_8);
    }

    /** Opens a stream on this connection; from then on only {@link #stream()} reads. */
    public Answer openStream(final String path, final @Nullable String lastEventId)
            throws IOException {
        final String resume = lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
        send("GET", path, "", "Accept: text/event-stream\r\n" + resume);
        return head();
    }

    /** The same for a stream that is asked for with a body. */
    public Answer postForStream(final String path, final String json) throws IOException {
        send("POST", path, json, "Accept: text/event-stream\r\nContent-Type: application/json\r\n");
        return head();
    }

    private Answer head() throws IOException {
        final String status = line();
        return new Answer(Integer.parseInt(status.substring(9, 12)), headers(), "");
    }

    /** What comes on an opened stream, without the chunks. */
    public InputStream stream() {
        return new BufferedInputStream(new ChunkedInput(in), 64 * 1024);
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
