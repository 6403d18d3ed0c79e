package dev.weft.server.cli.run;

import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;

/**
 * Passes on one output of a command as it comes, and then records it, in pieces that do not part a
 * character. When nobody takes the output any more, it closes the pipe, and the command gets to
 * know that as it would have without us. One thread.
 */
final class OutputPump implements Runnable {
    private static final int CHARACTER_REST_MAX = 3; // bytes of a character that is not complete

    private final OutputName name;
    private final ReadableByteChannel source;
    private final WritableByteChannel target;
    private final RunEvents events;
    private final Consumer<String> tell;
    private final ByteBuffer piece =
            ByteBuffer.allocateDirect(RunEvents.CHUNK_LENGTH_MAX - CHARACTER_REST_MAX);
    private final byte[] bytes = new byte[RunEvents.CHUNK_LENGTH_MAX + JsonScanner.PADDING];
    private int rest; // bytes at the beginning that wait for the others of their character
    private boolean isRecorded = true;
    private volatile long waitingSinceNs; // for output; 0 while it is busy. Read by JobRun

    OutputPump(
            final OutputName name,
            final ReadableByteChannel source,
            final WritableByteChannel target,
            final RunEvents events,
            final Consumer<String> tell) {
        this.name = name;
        this.source = source;
        this.target = target;
        this.events = events;
        this.tell = tell;
    }

    @Override
    public void run() {
        try (source) {
            while (read()) {
                pass();
                record();
            }
        } catch (final IOException ex) {
            // Closed: by us, or because nobody takes what we pass on. What came is recorded.
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            recordRest();
        }
    }

    /** Whether there was nothing for so long. */
    boolean isQuietFor(final long ns) {
        final long since = waitingSinceNs;
        return since != 0 && System.nanoTime() - since >= ns;
    }

    private boolean read() throws IOException {
        piece.clear();
        waitingSinceNs = System.nanoTime();
        final int count = source.read(piece);
        waitingSinceNs = 0;
        piece.flip();
        return count >= 0;
    }

    private void pass() throws IOException {
        final int length = piece.remaining();
        piece.get(bytes, rest, length);
        piece.flip();
        try {
            while (piece.hasRemaining()) {
                target.write(piece);
            }
        } catch (final IOException ex) {
            rest += length;
            throw ex;
        }
        piece.limit(length);
    }

    private void record() throws InterruptedException {
        final int length = rest + piece.limit();
        final int valid = Utf8.validTo(bytes, 0, length);
        final boolean isCut = valid < length && Utf8.isCutOff(bytes, valid, length);
        final int to = isCut ? valid : length;
        if (to > 0) {
            record(to, valid == to);
        }
        rest = length - to;
        System.arraycopy(bytes, to, bytes, 0, rest);
    }

    private void recordRest() {
        try {
            if (rest > 0) {
                record(rest, Utf8.validTo(bytes, 0, rest) == rest);
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void record(final int length, final boolean isText) throws InterruptedException {
        if (!isRecorded) {
            return;
        }
        try {
            events.output(name, bytes, length, isText);
        } catch (final IOException ex) {
            isRecorded = false; // the command is more important than its record
            tell.accept("%s is not recorded any more: %s".formatted(name.text(), ex.getMessage()));
        }
    }
}
