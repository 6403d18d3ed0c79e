package dev.weft.server.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The content of a chunked body (RFC 9112, 7.1), as it comes. One thread. */
final class ChunkedBody extends InputStream {
    private static final int LINE_LENGTH_MAX = 1_024;

    private final InputStream in;
    private int left;
    private boolean ended;

    ChunkedBody(final InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        throw new IOException("read in pieces");
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        final int count = in.read(target, offset, Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the connection ended within a chunk");
        }
        left -= count;
        if (left == 0) {
            line(in, LINE_LENGTH_MAX);
        }
        return count;
    }

    private boolean nextChunk() throws IOException {
        if (ended) {
            return false;
        }
        left = Integer.parseInt(line(in, LINE_LENGTH_MAX), 16);
        if (left == 0) {
            line(in, LINE_LENGTH_MAX);
            ended = true;
        }
        return !ended;
    }

    /** A line without its end. */
    static String line(final InputStream in, final int lengthMax) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended without an answer");
            }
            if (b != '\r') {
                bytes.write(b);
            }
            if (bytes.size() > lengthMax) {
                throw new IOException("a line of the answer is too long");
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
