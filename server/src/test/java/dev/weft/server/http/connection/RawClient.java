package dev.weft.server.http.connection;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Sends bytes and reads answers, with no opinion about HTTP on the way out. Latin-1 throughout. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;
    private final Socket socket = new Socket();
    private final InputStream in;

    public RawClient(final InetSocketAddress address) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(address);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public record Answer(int status, Map<String, String> headers, String body) {
        public String header(final String name) {
            return headers.getOrDefault(name, "");
        }
    }

    public RawClient send(final String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    public Answer answer() throws IOException {
        return answer(false);
    }

    /** Reads one answer. A body that is neither counted nor chunked ends with the connection. */
    public Answer answer(final boolean isHead) throws IOException {
        final String statusLine = line();
        if (statusLine == null) {
            throw new IOException("connection closed instead of an answer");
        }
        final Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            final int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim(),
                    (a, b) -> a + ", " + b);
        }
        final int status = Integer.parseInt(statusLine.substring(9, 12));
        String body = "";
        if (headers.containsKey("content-length") && !isHead) {
            body =
                    new String(
                            in.readNBytes(Integer.parseInt(headers.get("content-length"))),
                            StandardCharsets.ISO_8859_1);
        }
        return new Answer(status, headers, body);
    }

    /** Next line without its end; null at the end of the connection. */
    @org.jspecify.annotations.Nullable
    public String line() throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return bytes.size() == 0 ? null : bytes.toString(StandardCharsets.ISO_8859_1);
            }
            if (b != '\r') {
                bytes.write(b);
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** All that comes until the server closes. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the server closed without another byte. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (final java.net.SocketException ex) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
