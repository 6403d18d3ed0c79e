package dev.weft.bench.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One blocking connection for requests of all kinds, answers read whole: what a plain client of a
 * resource does. One thread.
 */
public final class SimpleLink implements AutoCloseable {
    private static final String LENGTH = "content-length:";
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final InputStream in;

    public SimpleLink(final int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** An answer; the body in UTF-8. */
    public record Answer(int status, String body) {
        /** What stands behind {@code "name":"} up to the next quote. */
        public String text(final String name) {
            final int at = body.indexOf('"' + name + "\":\"") + name.length() + 4;
            return body.substring(at, body.indexOf('"', at));
        }
    }

    /** Asks and waits for the answer. */
    public Answer ask(final String method, final String path, final String body)
            throws IOException {
        send(method, path, "", body);
        return answer();
    }

    /**
     * Sends a request.
     *
     * @param headers further lines, each ended by CR LF.
     */
    public void send(
            final String method, final String path, final String headers, final String body)
            throws IOException {
        final byte[] text = body.getBytes(StandardCharsets.UTF_8);
        final ByteArrayOutputStream request = new ByteArrayOutputStream(256 + text.length);
        request.writeBytes(
                (method
                                + ' '
                                + path
                                + " HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Type: application/json\r\n"
                                + headers
                                + "Content-Length: "
                                + text.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        request.writeBytes(text);
        socket.getOutputStream().write(request.toByteArray());
    }

    /** Waits for the next answer. */
    public Answer answer() throws IOException {
        final int status = Integer.parseInt(line().substring(STATUS_AT, STATUS_AT + 3));
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(line.substring(LENGTH.length()).trim());
            }
        }
        return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        final StringBuilder line = new StringBuilder(64);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed by the server");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
