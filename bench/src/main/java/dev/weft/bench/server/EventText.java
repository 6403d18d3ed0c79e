package dev.weft.bench.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The one event that the rig publishes, of an exact length as JSON text. It holds a number of fixed
 * width, by which deliveries are told apart where the server's ids cannot be relied on.
 */
public final class EventText {
    /** Length that all goals speak of: the event as it is published, white space none. */
    public static final int LENGTH = 200;

    /** What stands before the number. */
    public static final String NUMBER_MARK = "\"n\":";

    /** The first number; all up to ten times of it have the same width. */
    public static final long FIRST_NUMBER = 1_000_000_000L;

    /** Digits of a number. */
    public static final int NUMBER_DIGITS = 10;

    private static final String START =
            "{\"type\":\"bench.tick\",\"category\":\"telemetry\",\"subject\":\"host/bench\",\"data\":{"
                    + NUMBER_MARK
                    + FIRST_NUMBER
                    + ",\"text\":\"";
    private static final String END = "\"}}";

    private EventText() {}

    /** One event. */
    public static byte[] event(final int length) {
        final int padding = length - START.length() - END.length();
        if (padding < 0) {
            throw new IllegalArgumentException("event too short: length=" + length);
        }
        final char[] text = new char[padding];
        Arrays.fill(text, 'x');
        return (START + new String(text) + END).getBytes(StandardCharsets.US_ASCII);
    }

    /** One event of a subject, about as long. */
    public static byte[] event(final String subject, final int length) {
        return new String(event(length), StandardCharsets.US_ASCII)
                .replace("host/bench", subject)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** {@code count} events, a line each. */
    public static byte[] lines(final int length, final int count) {
        final byte[] event = event(length);
        final byte[] lines = new byte[(length + 1) * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(event, 0, lines, i * (length + 1), length);
            lines[i * (length + 1) + length] = '\n';
        }
        return lines;
    }
}
