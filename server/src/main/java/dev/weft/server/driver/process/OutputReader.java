package dev.weft.server.driver.process;

import dev.weft.server.driver.process.Printed.Kind;
import dev.weft.server.process.LineCutter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads one output of a process, line by line, until it ends or is closed. A line that is too long
 * is passed over but for its beginning, whatever its length: what that came to is said instead.
 * Runs on a thread of its own.
 */
final class OutputReader implements Runnable {
    /** Longest line that can become an event, in bytes. */
    static final int EVENT_LENGTH_MAX = 900_000;

    static final int LOG_LENGTH_MAX = 64 * 1024;
    private static final int BUFFER_LENGTH = 64 * 1024;
    private static final int SHOWN_LENGTH_MAX = 1_024;
    private static final int COST = 64; // of a line in the queue besides its bytes

    private final ReadableByteChannel source;
    private final Kind kind;
    private final PrintedQueue queue;
    private final Runnable onNews;
    private final Runnable onEnd;
    private final LineCutter cutter;
    private boolean isInterrupted;

    /**
     * Makes it.
     *
     * @param kind what a line is.
     * @param onNews called when something was put into the queue.
     * @param onEnd called last.
     */
    OutputReader(
            final ReadableByteChannel source,
            final Kind kind,
            final PrintedQueue queue,
            final Runnable onNews,
            final Runnable onEnd) {
        this.source = source;
        this.kind = kind;
        this.queue = queue;
        this.onNews = onNews;
        this.onEnd = onEnd;
        cutter =
                new LineCutter(
                        kind == Kind.EVENT ? EVENT_LENGTH_MAX : LOG_LENGTH_MAX, new PutLines());
    }

    @Override
    public void run() {
        final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_LENGTH);
        try (source) {
            while (!isInterrupted && source.read(buffer.clear()) >= 0) {
                cutter.accept(buffer.flip());
            }
        } catch (final IOException ex) {
            // It was closed: nobody waits for more.
        } finally {
            cutter.end();
            onEnd.run();
        }
    }

    private void put(final Kind what, final String text, final int length) {
        try {
            queue.put(new Printed(what, text, length + COST));
            onNews.run();
        } catch (final InterruptedException ex) {
            isInterrupted = true;
            Thread.currentThread().interrupt();
        }
    }

    private void remark(final String what, final byte[] bytes, final int length) {
        final String begin = text(bytes, Math.min(length, SHOWN_LENGTH_MAX));
        put(Kind.REMARK, what + "; it begins: " + begin, begin.length());
    }

    private static String text(final byte[] bytes, final int length) {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private String name() {
        return kind == Kind.EVENT ? "stdout" : "stderr";
    }

    /** Puts lines into the queue. */
    private final class PutLines implements LineCutter.Lines {
        @Override
        public void onLine(final byte[] bytes, final int length) {
            if (length > 0) {
                put(kind, text(bytes, length), length);
            }
        }

        @Override
        public void onLongLine(final byte[] bytes, final int length, final long total) {
            remark(
                    "a line on %s is too long: length=%d max=%d".formatted(name(), total, length),
                    bytes,
                    length);
        }

        @Override
        public void onHalfLine(final byte[] bytes, final int length, final long total) {
            if (kind == Kind.EVENT) {
                remark("the output ended within a line: length=%d".formatted(total), bytes, length);
            } else {
                onLine(bytes, length);
            }
        }
    }
}
