package dev.weft.server.harness;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connection over a Unix domain socket that looks for texts in what comes. */
public final class UnixClient implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;

    public UnixClient(final Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
    }

    public void send(final String text) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Publishes; {@code headers} are whole lines. */
    public void post(final String body, final String headers) throws IOException {
        send(
                "POST /events HTTP/1.1\r\nHost: localhost\r\n"
                        + headers
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    /** Reads up to and with a text; what was read. */
    public String readUntil(final String text) throws IOException {
        final StringBuilder read = new StringBuilder();
        final char last = text.charAt(text.length() - 1);
        while (true) {
            final int next = in.read();
            if (next < 0) {
                throw new EOFException("no " + text + " in: " + read);
            }
            read.append((char) next);
            if (next == last && read.indexOf(text, read.length() - text.length()) >= 0) {
                return read.toString();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
