package dev.weft.server.cli.history;

import dev.weft.server.cli.JournalText;
import dev.weft.server.cli.StatusLine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How far lines of envelopes have come; shown on one line of a terminal, summed up at the end. One
 * thread.
 */
final class LineProgress {
    private static final byte[] SEQUENCE = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);

    private final StatusLine line;
    private final String verb;
    private final long startNs = System.nanoTime();
    private int matched; // bytes of SEQUENCE seen in this line; -1 when it is another line
    private boolean isInNumber;
    private long number;
    private long eventCount;
    private long byteCount;
    private long firstSequence;
    private long lastSequence;
    private long targetSequence;

    LineProgress(final PrintWriter terminal, final String verb, final boolean isShown) {
        this.verb = verb;
        line = new StatusLine(terminal, isShown, this::text);
    }

    /** The sequence that it is to come to, 0 if nobody knows. */
    void target(final long sequence) {
        targetSequence = sequence;
    }

    /** Further bytes, cut anywhere. */
    void bytes(final byte[] piece, final int length) {
        byteCount += length;
        for (int i = 0; i < length; i++) {
            final byte b = piece[i];
            if (b == '\n') {
                matched = 0;
            } else if (isInNumber) {
                inNumber(b);
            } else if (matched >= 0) {
                matched = b == SEQUENCE[matched] ? matched + 1 : -1;
                if (matched == SEQUENCE.length) {
                    isInNumber = true;
                    number = 0;
                }
            }
        }
        line.update();
    }

    private void inNumber(final byte b) {
        if (b >= '0' && b <= '9') {
            number = number * 10 + b - '0';
            return;
        }
        isInNumber = false;
        matched = -1;
        eventCount++;
        firstSequence = firstSequence == 0 ? number : firstSequence;
        lastSequence = number;
    }

    /** Ends the line on the terminal; may be called twice. */
    void end() {
        line.end();
    }

    /** One line of JSON. */
    String summary() {
        return "{\"%s\":%d,\"bytes\":%d%s}"
                .formatted(
                        verb,
                        eventCount,
                        byteCount,
                        eventCount == 0
                                ? ""
                                : ",\"first_seq\":%d,\"last_seq\":%d"
                                        .formatted(firstSequence, lastSequence));
    }

    private String text() {
        final double seconds = Math.max(1e-3, (System.nanoTime() - startNs) / 1e9);
        return String.format(
                Locale.ROOT,
                "%,d %s, %s, %s/s%s  ",
                eventCount,
                verb,
                JournalText.size(byteCount),
                JournalText.size((long) (byteCount / seconds)),
                targetSequence < 1
                        ? ""
                        : ", seq %,d of %,d".formatted(lastSequence, targetSequence));
    }
}
