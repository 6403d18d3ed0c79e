package dev.weft.server.cli.publish;

import dev.weft.server.cli.StatusLine;
import java.io.PrintWriter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * What a long publish has come to; shown on one line of a terminal, summed up at the end. One
 * thread.
 */
public final class Progress {
    private final StatusLine line;
    private final long startNs = System.nanoTime();
    private long acceptedCount;
    private long rejectedCount;
    private long duplicateCount;
    private long firstSequence;
    private long lastSequence;

    public Progress(final PrintWriter terminal, final boolean isShown) {
        line = new StatusLine(terminal, isShown, this::text);
    }

    /** One answer of the server. */
    void accepted(final JsonNode answer) {
        acceptedCount += answer.path("accepted").asLong(0);
        duplicateCount += answer.path("duplicates").asLong(0);
        final long first = answer.path("first_seq").asLong(0);
        firstSequence = firstSequence == 0 ? first : firstSequence;
        lastSequence = Math.max(lastSequence, answer.path("last_seq").asLong(0));
        line.update();
    }

    void rejected(final long count) {
        rejectedCount += count;
    }

    /** Makes room for a message. */
    public void clearLine() {
        line.clear();
    }

    public void end() {
        line.end();
    }

    public long rejectedCount() {
        return rejectedCount;
    }

    /** One line of JSON; like the server's answer without sequences if nothing was added. */
    public String summary() {
        final String sequences =
                firstSequence == 0
                        ? ""
                        : ",\"first_seq\":%d,\"last_seq\":%d"
                                .formatted(firstSequence, lastSequence);
        return "{\"accepted\":%d,\"rejected\":%d,\"duplicates\":%d%s}"
                .formatted(acceptedCount, rejectedCount, duplicateCount, sequences);
    }

    private String text() {
        final double seconds = Math.max(1e-3, (System.nanoTime() - startNs) / 1e9);
        return String.format(
                Locale.ROOT,
                "%,d published, %,d rejected, %,.0f/s, last %,d  ",
                acceptedCount,
                rejectedCount,
                acceptedCount / seconds,
                lastSequence);
    }
}
