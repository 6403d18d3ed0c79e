package dev.weft.bench.history;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What the client of an export can take from this machine's loopback at most: a thread that does
 * nothing but write the same chunk over and over, as long as an export's.
 */
final class LoopbackLimit {
    private static final int CHUNK_LENGTH = 256 * 1024;
    private static final int REQUEST_LENGTH_MAX = 4_096;
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

    private LoopbackLimit() {}

    /**
     * Has so many bytes sent and read.
     *
     * @return bytes a second.
     */
    static double measure(final long byteCount) throws IOException {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            final Thread sender = new Thread(() -> send(listener, byteCount), "rig-loopback");
            sender.setDaemon(true);
            sender.start();
            final int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            try (PageLink link = new PageLink(port)) {
                final long startNs = System.nanoTime();
                final long bytes = link.drain("/", "");
                return bytes * 1e9 / (System.nanoTime() - startNs);
            }
        }
    }

    private static void send(final ServerSocketChannel listener, final long byteCount) {
        try (SocketChannel client = listener.accept()) {
            client.read(ByteBuffer.allocate(REQUEST_LENGTH_MAX));
            write(client, ByteBuffer.wrap(HEAD.getBytes(US_ASCII)));
            final ByteBuffer chunk = chunk();
            for (long sent = 0; sent < byteCount; sent += CHUNK_LENGTH) {
                write(client, chunk.rewind());
            }
            write(client, ByteBuffer.wrap("0\r\n\r\n".getBytes(US_ASCII)));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static ByteBuffer chunk() {
        final byte[] size = (Integer.toHexString(CHUNK_LENGTH) + "\r\n").getBytes(US_ASCII);
        final ByteBuffer chunk =
                ByteBuffer.allocateDirect(size.length + CHUNK_LENGTH + 2); // and a line feed
        chunk.put(size);
        for (int i = 0; i < CHUNK_LENGTH; i++) {
            chunk.put((byte) 'x');
        }
        chunk.put((byte) '\r').put((byte) '\n');
        return chunk.flip();
    }

    private static void write(final SocketChannel client, final ByteBuffer bytes)
            throws IOException {
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }
}
