package dev.weft.server.harness;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The content of a chunked body; ends with the last chunk. */
final class ChunkedInput extends InputStream {
    private final InputStream in;
    private int left;
    private boolean ended;

    ChunkedInput(final InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        final int count = in.read(target, offset, Math.min(length, left));
        if (count < 0) {
            throw new EOFException("connection closed within a chunk");
        }
        left -= count;
        if (left == 0) {
            HttpClient.line(in);
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return Math.min(left, in.available());
    }

    private boolean nextChunk() throws IOException {
        if (ended) {
            return false;
        }
        left = Integer.parseInt(HttpClient.line(in), 16);
        if (left == 0) {
            HttpClient.line(in);
            ended = true;
        }
        return !ended;
    }
}
