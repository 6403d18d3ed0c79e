package dev.weft.server.job;

import dev.weft.protocol.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process prints on one of its outputs, as it comes: text if it is valid UTF-8, else Base64,
 * and then it says so. A thread of its own.
 */
final class JobOutput {
    /** Longest output in one event. */
    static final int CHUNK_LENGTH_MAX = 64 * 1024;

    /** Bytes of one character that may still be to come. */
    private static final int TAIL_LENGTH_MAX = 3;

    private static final Logger LOG = LoggerFactory.getLogger(JobOutput.class);

    private final FileChannel channel;
    private final String stream;
    private final OutputAppends appends;
    private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK_LENGTH_MAX);
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile long waitingSinceNs; // for more; 0 while it is busy. Read by isQuietFor

    private JobOutput(final FileChannel channel, final String stream, final OutputAppends appends) {
        this.channel = channel;
        this.stream = stream;
        this.appends = appends;
    }

    /** Reads a channel to its end, or until somebody closes it. */
    static JobOutput read(
            final FileChannel channel, final String stream, final OutputAppends appends) {
        final JobOutput output = new JobOutput(channel, stream, appends);
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                output.run();
                            } finally {
                                output.done.complete(null);
                            }
                        },
                        "weft-job-out");
        thread.setDaemon(true);
        thread.start();
        return output;
    }

    /** Completed when all of it is appended. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** Whether there was nothing more to be read for so long. Any thread. */
    boolean isQuietFor(final long ns) {
        final long since = waitingSinceNs;
        return done.isDone() || (since != 0 && System.nanoTime() - since >= ns);
    }

    private void run() {
        try {
            while (read() >= 0) {
                final int whole = wholeLength();
                if (whole > 0 && !append(whole)) {
                    return;
                }
            }
        } catch (final IOException ex) {
            LOG.debug("output ends: stream={}", stream, ex); // closed, mostly by ourselves
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (bytes.position() > 0) {
                append(bytes.position());
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private int read() throws IOException {
        waitingSinceNs = System.nanoTime();
        try {
            return channel.read(bytes);
        } finally {
            waitingSinceNs = 0;
        }
    }

    /** Bytes up to a character of which the rest is still to come. */
    private int wholeLength() {
        final int end = bytes.position();
        for (int back = 1; back <= Math.min(TAIL_LENGTH_MAX, end); back++) {
            final int b = bytes.get(end - back) & 0xFF;
            if (b < 0x80) {
                return end;
            }
            if (b >= 0xC0) {
                final int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return back < length ? end - back : end;
            }
        }
        return end;
    }

    private boolean append(final int length) throws InterruptedException {
        final ByteBuffer chunk = bytes.duplicate().flip().limit(length);
        final boolean isAppended = appends.append(data(chunk));
        bytes.flip().position(length);
        bytes.compact();
        return isAppended;
    }

    private String data(final ByteBuffer chunk) {
        final StringBuilder json = new StringBuilder(chunk.remaining() + 128);
        json.append("{\"stepId\":\"").append(JobProcess.STEP);
        json.append("\",\"stream\":\"").append(stream);
        try {
            final CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(chunk.duplicate());
            JsonText.quote(json.append("\",\"chunk\":"), text);
        } catch (final CharacterCodingException ex) {
            final byte[] raw = new byte[chunk.remaining()];
            chunk.get(raw);
            json.append("\",\"encoding\":\"base64\",\"chunk\":\"")
                    .append(Base64.getEncoder().encodeToString(raw))
                    .append('"');
        }
        return json.append('}').toString();
    }
}
