package dev.weft.server.cli.history;

import dev.weft.server.cli.JournalText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How far lines of envelopes have come; shown on one line of a terminal, summed up at the end. One
 * thread.
 */
final class LineProgress {
    private static final long INTERVAL_NS = 200_000_000;
    private static final byte[] SEQUENCE = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);

    private final PrintWriter terminal;
    private final String verb;
    private final boolean isShown;
    private final long startNs = System.nanoTime();
    private long shownNs = startNs;
    private boolean lineIsOpen;
    private int
            matched; // bytes of SEQUENCE that were seen in this line; -1 when it is another line
    private boolean isInNumber;
    private long number;
    private long eventCount;
    private long byteCount;
    private long firstSequence;
    private long lastSequence;
    private long targetSequence;

    LineProgress(final PrintWriter terminal, final String verb, final boolean isShown) {
        this.terminal = terminal;
        this.verb = verb;
        this.isShown = isShown;
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
        show();
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

    private void show() {
        final long now = System.nanoTime();
        if (isShown && now - shownNs > INTERVAL_NS) {
            shownNs = now;
            lineIsOpen = true;
            terminal.print("\r" + text());
            terminal.flush();
        }
    }

    /** Ends the line on the terminal; may be called twice. */
    void end() {
        if (lineIsOpen) {
            lineIsOpen = false;
            terminal.println("\r" + text());
            terminal.flush();
        }
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
