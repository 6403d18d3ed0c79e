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
        /**
         * What stands behind {@code "name":"} up to the next quote.
         *
         * @throws IOException if there is no such member.
         */
        public String text(final String name) throws IOException {
            final String begin = '"' + name + "\":\"";
            final int at = body.indexOf(begin) + begin.length();
            if (at < begin.length()) {
                throw new IOException("no " + name + " in " + this);
            }
            return body.substring(at, body.indexOf('"', at));
        }
    }

    /**
     * A request.
     *
     * @param headers further lines, each ended by CR LF.
     */
    public record Request(String method, String path, String headers, String body) {
        public Request(final String method, final String path, final String body) {
            this(method, path, "", body);
        }
    }

    /** Asks and waits for the answer. */
    public Answer ask(final Request request) throws IOException {
        send(request);
        return answer();
    }

    /** Sends a request; its answer comes behind those to the ones before. */
    public void send(final Request request) throws IOException {
        final byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
        final String head =
                "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
                        .formatted(
                                request.method(), request.path(), request.headers(), body.length);
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + body.length);
        bytes.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(body);
        socket.getOutputStream().write(bytes.toByteArray());
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
