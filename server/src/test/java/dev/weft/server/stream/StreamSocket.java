package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which a test asks for a stream, in whatever form, and reads what comes byte by
 * byte.
 */
final class StreamSocket implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;
    private static final byte[] MASK = {1, 2, 3, 4};

    final Socket socket = new Socket();
    final Map<String, String> headers = new LinkedHashMap<>();
    private final DataInputStream in;
    private int status;
    private int chunkLeft;

    private StreamSocket(final InetSocketAddress address, final int receiveBuffer)
            throws IOException {
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(address, TIMEOUT_MS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    /**
     * Opens a stream: {@code request} is a path with its query, {@code lines} are whole header
     * lines.
     */
    static StreamSocket get(
            final InetSocketAddress address, final String request, final String... lines)
            throws IOException {
        return send(address, 0, "GET " + request + " HTTP/1.1", lines);
    }

    static StreamSocket send(
            final InetSocketAddress address,
            final int receiveBuffer,
            final String requestLine,
            final String... lines)
            throws IOException {
        final StreamSocket stream = new StreamSocket(address, receiveBuffer);
        final StringBuilder head = new StringBuilder(requestLine).append("\r\nHost: localhost\r\n");
        for (final String line : lines) {
            head.append(line).append("\r\n");
        }
        stream.socket.getOutputStream().write(head.append("\r\n").toString().getBytes(UTF_8));
        stream.readHead();
        return stream;
    }

    static StreamSocket webSocket(
            final InetSocketAddress address, final String request, final String... more)
            throws IOException {
        final String[] lines = new String[4 + more.length];
        lines[0] = "Upgrade: websocket";
        lines[1] = "Connection: keep-alive, Upgrade";
        lines[2] = "Sec-WebSocket-Version: 13";
        lines[3] =
                "Sec-WebSocket-Key: "
                        + Base64.getEncoder().encodeToString("the sample nonce".getBytes(UTF_8));
        System.arraycopy(more, 0, lines, 4, more.length);
        return get(address, request, lines);
    }

    int status() {
        return status;
    }

    /** Rest of the answer, by its Content-Length. */
    String body() throws IOException {
        return new String(
                in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))),
                UTF_8);
    }

    /** Next line of the stream, without the chunks around it. */
    String line() throws IOException {
        final String line = lineOrEnd();
        if (line == null) {
            throw new EOFException("the stream ended");
        }
        return line;
    }

    /** Next line of the stream, null at its end. */
    @Nullable String lineOrEnd() throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b != '\n'; b = read()) {
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(UTF_8);
            }
            line.write(b);
        }
        return line.toString(UTF_8);
    }

    /** Next line that begins with {@code prefix}, without it. */
    String line(final String prefix) throws IOException {
        for (String line = line(); true; line = line()) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
    }

    /** Sequence of the next event of a server-sent stream. */
    long id() throws IOException {
        return Long.parseLong(line("id: "));
    }

    /** Next WebSocket frame as {@code <first byte in hex> <payload>}. */
    String message() throws IOException {
        final int first = in.readUnsignedByte();
        final int second = in.readUnsignedByte();
        final int length =
                second == 126
                        ? in.readUnsignedShort()
                        : second == 127 ? (int) in.readLong() : second;
        return Integer.toHexString(first) + " " + new String(in.readNBytes(length), ISO_8859_1);
    }

    /** Status of the close frame that must come next but for events and pings. */
    int closeStatus() throws IOException {
        while (true) {
            final String message = message();
            if (message.startsWith("88 ")) {
                return message.length() < 5 ? -1 : message.charAt(3) << 8 | message.charAt(4);
            }
        }
    }

    /** Sends a masked WebSocket frame. */
    void sendMessage(final int firstByte, final byte[] payload) throws IOException {
        final ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.write(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i & 3]);
        }
        sendRaw(frame.toByteArray());
    }

    void sendRaw(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Whether the server has closed; anything else that comes is an error. */
    boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void readHead() throws IOException {
        status = Integer.parseInt(headLine().substring(9, 12));
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            final int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
    }

    private String headLine() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed within the head: " + line);
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    private int read() throws IOException {
        if (!"chunked".equals(headers.get("transfer-encoding"))) {
            return in.read();
        }
        if (chunkLeft == 0) {
            chunkLeft = Integer.parseInt(headLine(), 16);
            if (chunkLeft == 0) {
                return -1;
            }
        }
        final int b = in.read();
        if (--chunkLeft == 0 && !headLine().isEmpty()) {
            throw new IOException("no line end after a chunk");
        }
        return b;
    }
}
