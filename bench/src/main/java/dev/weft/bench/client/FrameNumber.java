package dev.weft.bench.client;

import dev.weft.bench.server.Dialect;
import dev.weft.bench.server.EventText;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/** The number by which the frames of one stream are told apart. Confined to the client's thread. */
@FunctionalInterface
public interface FrameNumber {
    /**
     * The number of the frame that begins here, -1 if it has none or it cannot be read whole before
     * {@code end}.
     */
    long read(DirectBuffer buffer, int offset, int end);

    /** The one that a server's frames have. */
    static FrameNumber of(final Dialect dialect) {
        return dialect.isNumberedByPublisher() ? new InPayload() : FrameNumber::id;
    }

    /** The first line is {@code id: <number>}. */
    private static long id(final DirectBuffer buffer, final int offset, final int end) {
        final int shortest = 6; // id: 1\n
        if (end - offset < shortest
                || buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN)
                        != ('i' | 'd' << 8 | ':' << 16 | ' ' << 24)) {
            return -1;
        }
        long value = 0;
        for (int position = offset + Integer.BYTES; position < end; position++) {
            final int digit = buffer.getByte(position) - '0';
            if (digit < 0 || digit > 9) {
                return digit == '\n' - '0' ? value : -1;
            }
            value = value * 10 + digit;
        }
        return -1;
    }

    /**
     * The number that the publisher put into the event. It is looked for where the previous frame
     * had it, and only searched for when it is not there.
     */
    final class InPayload implements FrameNumber {
        private static final byte[] MARK =
                EventText.NUMBER_MARK.getBytes(StandardCharsets.US_ASCII);
        private static final int LENGTH = MARK.length + EventText.NUMBER_DIGITS;

        private int distance;

        @Override
        public long read(final DirectBuffer buffer, final int offset, final int end) {
            if (distance == 0
                    || offset + distance + LENGTH > end
                    || !isMark(buffer, offset + distance)) {
                final int found = find(buffer, offset, end);
                if (found < 0) {
                    return -1;
                }
                distance = found - offset;
            }
            long value = 0;
            final int from = offset + distance + MARK.length;
            for (int position = from; position < from + EventText.NUMBER_DIGITS; position++) {
                value = value * 10 + buffer.getByte(position) - '0';
            }
            return value;
        }

        private static int find(final DirectBuffer buffer, final int offset, final int end) {
            for (int position = offset; position + LENGTH <= end; position++) {
                if (isMark(buffer, position)) {
                    return position;
                }
                if (buffer.getByte(position) == '\n' && buffer.getByte(position + 1) == '\n') {
                    return -1; // the end of a frame without a number
                }
            }
            return -1;
        }

        private static boolean isMark(final DirectBuffer buffer, final int offset) {
            for (int i = 0; i < MARK.length; i++) {
                if (buffer.getByte(offset + i) != MARK[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
