package dev.weft.server.process;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts what a program prints into lines. Holds at most one line, of bounded length: of a longer one
 * it keeps the beginning, counts the rest and goes on behind its end. One thread.
 */
public final class LineCutter {
    private static final int LENGTH_FIRST = 8 * 1024;

    /** What becomes of lines; the bytes are only valid during the call. */
    public interface Lines {
        /** A line without its end. */
        void onLine(byte[] bytes, int length);

        /**
         * A line that is too long.
         *
         * @param bytes its beginning, {@code length} of them.
         * @param total how long it was.
         */
        void onLongLine(byte[] bytes, int length, long total);

        /** What stood behind the last end of line when the output ended. */
        void onHalfLine(byte[] bytes, int length, long total);
    }

    private final int lengthMax;
    private final Lines lines;
    private byte[] line = new byte[LENGTH_FIRST];
    private int length;
    private long total;

    /** With lines of at most so many bytes. */
    public LineCutter(final int lengthMax, final Lines lines) {
        this.lengthMax = lengthMax;
        this.lines = lines;
    }

    /** More output. The buffer has an array, and is empty afterwards. */
    public void accept(final ByteBuffer output) {
        final byte[] bytes = output.array();
        int from = output.arrayOffset() + output.position();
        final int to = output.arrayOffset() + output.limit();
        while (from < to) {
            int end = from;
            while (end < to && bytes[end] != '\n') {
                end++;
            }
            add(bytes, from, end - from);
            if (end < to) {
                lineEnds();
            }
            from = end + 1;
        }
        output.position(output.limit());
    }

    /** There is no more. */
    public void end() {
        if (total > 0) {
            lines.onHalfLine(line, length, total);
        }
        reset();
    }

    private void add(final byte[] bytes, final int from, final int count) {
        total += count;
        final int kept = Math.min(count, lengthMax - length);
        if (length + kept > line.length) {
            line = Arrays.copyOf(line, Math.min(lengthMax, Math.max(length + kept, 2 * length)));
        }
        System.arraycopy(bytes, from, line, length, kept);
        length += kept;
    }

    private void lineEnds() {
        if (total > lengthMax) {
            lines.onLongLine(line, length, total);
        } else {
            final boolean hasReturn = length > 0 && line[length - 1] == '\r';
            lines.onLine(line, hasReturn ? length - 1 : length);
        }
        reset();
    }

    private void reset() {
        length = 0;
        total = 0;
        if (line.length > LENGTH_FIRST * 8) {
            line = new byte[LENGTH_FIRST]; // one long line is no reason to hold on to so much
        }
    }
}
