package dev.weft.bench.history;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One blocking connection that asks one thing after the other. One thread. */
final class PageLink implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("content-length: *(\\d+)");
    private static final Pattern TOTAL = Pattern.compile("\"total\":(\\d+)");
    private static final int BUFFER_LENGTH = 2 << 20; // longer than a page
    private static final long LAST_CHUNK = 0x0A_30_0D_0A_0D_0AL; // a line with a 0, an empty line
    private static final long LAST_CHUNK_MASK = 0xFFFF_FFFF_FFFFL;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_LENGTH);
    private String body = "";

    PageLink(final int port) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** The request for a path. */
    static byte[] request(final String path, final String headers) {
        return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Asks and waits for the whole answer.
     *
     * @return nanoseconds from the first byte sent to the last byte read.
     * @throws IOException also if the answer is no 200.
     */
    long ask(final byte[] request) throws IOException {
        final long startNs = System.nanoTime();
        channel.write(ByteBuffer.wrap(request));
        buffer.clear();
        int headEnd = -1;
        long end = Long.MAX_VALUE;
        while (buffer.position() < end) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("closed in the middle of an answer");
            }
            if (headEnd < 0) {
                headEnd = headEnd();
                end = headEnd < 0 ? Long.MAX_VALUE : headEnd + contentLength(headEnd);
            }
        }
        final long took = System.nanoTime() - startNs;
        body = new String(buffer.array(), headEnd, (int) end - headEnd, StandardCharsets.UTF_8);
        if (buffer.array()[9] != '2') {
            throw new IOException(
                    new String(
                            buffer.array(), 0, Math.min(400, (int) end), StandardCharsets.UTF_8));
        }
        return took;
    }

    /** What the last answer said how many there are, -1 if nothing. */
    long total() {
        final Matcher total = TOTAL.matcher(body);
        return total.find() ? Long.parseLong(total.group(1)) : -1;
    }

    /** Body of the last answer. */
    String body() {
        return body;
    }

    /**
     * Asks for something long; the connection is of no further use then.
     *
     * @return bytes that came, the head included.
     */
    long drain(final String path, final String headers) throws IOException {
        channel.write(ByteBuffer.wrap(request(path, headers + "Connection: close\r\n")));
        final ByteBuffer memory = ByteBuffer.allocateDirect(BUFFER_LENGTH);
        long count = 0;
        long last = 0; // the newest eight bytes
        boolean isOver = false;
        int length = channel.read(memory);
        while (length >= 0 && !isOver) {
            if (count == 0) {
                final byte[] first = new byte[Math.min(length, 200)];
                memory.get(0, first);
                final String head = new String(first, StandardCharsets.US_ASCII);
                if (!head.startsWith("HTTP/1.1 200")) {
                    throw new IOException(head);
                }
            }
            count += length;
            for (int i = Math.max(0, length - Long.BYTES); i < length; i++) {
                last = (last << Byte.SIZE) | (memory.get(i) & 0xFF);
            }
            isOver = (last & LAST_CHUNK_MASK) == LAST_CHUNK; // no event has such lines
            memory.clear();
            length = isOver ? 0 : channel.read(memory);
        }
        return count;
    }

    private int headEnd() {
        final byte[] bytes = buffer.array();
        for (int i = 3; i < buffer.position(); i++) {
            if (bytes[i] == '\n' && bytes[i - 2] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private long contentLength(final int headEnd) throws IOException {
        final String head = new String(buffer.array(), 0, headEnd, StandardCharsets.US_ASCII);
        final Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        if (!length.find()) {
            throw new IOException("an answer without its length: " + head);
        }
        return Long.parseLong(length.group(1));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
