package dev.weft.bench.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * One blocking subscriber that looks at nothing of an event but the number behind {@code "value":}.
 * One thread.
 */
public final class ValueStream implements AutoCloseable {
    private static final int READ_LENGTH = 1 << 20;
    private static final int TIMEOUT_MS = 20_000; // of silence
    private static final byte[] NAME = "\"value\":".getBytes(US_ASCII);

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[READ_LENGTH];
    private int length; // of what is not done with

    /** Opens a stream and waits until it is there. */
    public ValueStream(final int port, final String path) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        final String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        in = socket.getInputStream();
        while (!new String(buffer, 0, length, US_ASCII).contains("\r\n\r\n")) {
            more();
        }
    }

    private void more() throws IOException {
        final int count = in.read(buffer, length, buffer.length - length);
        if (count < 0) {
            throw new EOFException("the stream has ended");
        }
        length += count;
    }

    /** Waits for more and hands over the numbers of what has come, in their order. */
    public void read(final LongConsumer values) throws IOException {
        more();
        int done = 0;
        for (int at = next(0); at >= 0; at = next(at)) {
            final int end = endOfNumber(at);
            if (end < 0) {
                break; // not all of it is here
            }
            values.accept(number(at, end));
            done = end;
        }
        done = Math.max(done, length - READ_LENGTH / 2); // none of it is in so much
        System.arraycopy(buffer, done, buffer, 0, length - done);
        length -= done;
    }

    /** Position behind the next name, or -1. */
    private int next(final int from) {
        for (int i = from; i <= length - NAME.length; i++) {
            if (Arrays.equals(buffer, i, i + NAME.length, NAME, 0, NAME.length)) {
                return i + NAME.length;
            }
        }
        return -1;
    }

    private int endOfNumber(final int from) {
        for (int i = from; i < length; i++) {
            if (buffer[i] < '0' || buffer[i] > '9') {
                return i;
            }
        }
        return -1;
    }

    private long number(final int from, final int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = 10 * number + buffer[i] - '0';
        }
        return number;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
