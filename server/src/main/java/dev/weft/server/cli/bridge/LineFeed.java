package dev.weft.server.cli.bridge;

import dev.weft.server.bridge.fabric.EventFeed;
import dev.weft.server.bridge.fabric.FabricException;
import dev.weft.server.bridge.fabric.OutgoingBatch;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.StreamWatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/** Events as lines of a stream. A line that is empty is a keep-alive. */
final class LineFeed implements EventFeed {
    private static final byte[] EVENT = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);
    private static final int INITIAL_LENGTH = 64 * 1024;

    private final InputStream stream;
    private final StreamWatch watch;
    private byte[] buffer = new byte[INITIAL_LENGTH];
    private int from; // first byte that is not taken yet
    private int to; // behind the last byte that was read

    LineFeed(final InputStream stream) {
        this.stream = stream;
        watch = new StreamWatch(stream);
    }

    @Override
    public void poll(final OutgoingBatch target) throws FabricException {
        try {
            boolean isKeepAlive = false;
            while (!target.isFull()) {
                final int end = lineEnd();
                if (end >= 0) {
                    isKeepAlive = end == from;
                    take(target, end);
                } else if (!target.isEmpty() || isKeepAlive) {
                    return; // the rest of a line is on its way
                } else {
                    read();
                }
            }
        } catch (final IOException ex) {
            throw new FabricException("the stream of events broke: " + ex.getMessage(), false);
        }
    }

    private int lineEnd() {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void read() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
        final int count = watch.read(buffer, to, buffer.length - to);
        if (count < 0) {
            throw new IOException("the server ended it");
        }
        to += count;
    }

    private void take(final OutgoingBatch target, final int end) throws FabricException {
        final byte[] line = Arrays.copyOfRange(buffer, from, end);
        from = end + 1;
        if (line.length == 0) {
            return;
        }
        if (Arrays.equals(line, 0, Math.min(EVENT.length, line.length), EVENT, 0, EVENT.length)) {
            target.add(sequence(line), line);
            return;
        }
        final JsonNode control = Problems.json(new String(line, StandardCharsets.UTF_8));
        final JsonNode gap = control.path("weft.gap");
        if (gap.isObject()) {
            target.gap(gap.path("from").asLong(0), gap.path("to").asLong(0));
        } else {
            throw new FabricException("the stream of events says " + control, false);
        }
    }

    private static long sequence(final byte[] line) {
        long sequence = 0;
        for (int i = EVENT.length; line[i] >= '0' && line[i] <= '9'; i++) {
            sequence = 10 * sequence + line[i] - '0';
        }
        return sequence;
    }

    @Override
    public void end() {
        try {
            stream.close(); // who reads gets an exception
        } catch (final IOException ex) {
            // Closing was the point.
        }
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (final IOException ex) {
            // The next session opens another one.
        }
    }
}
