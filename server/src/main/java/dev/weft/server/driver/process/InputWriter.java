package dev.weft.server.driver.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to a process, on a borrowed thread while there are some. Bounded: a process that
 * reads nothing is told nothing more. Thread: {@code weft-drive} offers.
 */
final class InputWriter {
    static final int LENGTH_MAX = 4 << 20;

    private final WritableByteChannel target;
    private final Executor threads;

    // Guarded by this.
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int length;
    private boolean isWriting;

    InputWriter(final WritableByteChannel target, final Executor threads) {
        this.target = target;
        this.threads = threads;
    }

    /** Whether it was taken; false if too much waits. */
    synchronized boolean offer(final String line) {
        final byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
        if (length > 0 && length + bytes.length > LENGTH_MAX) {
            return false;
        }
        waiting.add(bytes);
        length += bytes.length;
        if (!isWriting) {
            isWriting = true;
            threads.execute(this::write);
        }
        return true;
    }

    private void write() {
        for (byte[] line = next(); line != null; line = next()) {
            final ByteBuffer bytes = ByteBuffer.wrap(line);
            try {
                while (bytes.hasRemaining()) {
                    target.write(bytes);
                }
            } catch (final IOException ex) {
                return; // it ends, or has closed its input: whoever waits for an answer is told
                // when it ends
            }
            written(line.length);
        }
    }

    private synchronized byte @Nullable [] next() {
        final byte[] line = waiting.poll();
        isWriting = line != null;
        return line;
    }

    private synchronized void written(final int count) {
        length -= count;
    }
}
