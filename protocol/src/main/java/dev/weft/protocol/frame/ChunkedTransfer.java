package dev.weft.protocol.frame;

import org.agrona.MutableDirectBuffer;

/**
 * The chunk around a batch of frames on an HTTP/1.1 stream (RFC 9112, 7.1). Its header has a fixed
 * length, so it is written last, into room left for it, and the chunk is part of the bytes that
 * subscribers share.
 *
 * <pre>
 *  | 6 hexadecimal digits | CR LF | batch | CR LF |
 * </pre>
 */
public final class ChunkedTransfer {
    /** Digits and line end before the batch. */
    public static final int HEADER_LENGTH = 8;

    /** Line end after the batch. */
    public static final int TRAILER_LENGTH = 2;

    /** Longest batch that six digits can tell. */
    public static final int LENGTH_MAX = 0xFFFFFF;

    /** Ends the body. */
    public static final String LAST_CHUNK = "0\r\n\r\n";

    private static final int DIGITS = 6;

    private ChunkedTransfer() {}

    /**
     * Writes header and trailer around the {@code length} bytes that begin {@link #HEADER_LENGTH}
     * after {@code offset}.
     */
    public static void wrap(final MutableDirectBuffer target, final int offset, final int length) {
        putHeader(target, offset, length);
        target.putByte(offset + HEADER_LENGTH + length, (byte) '\r');
        target.putByte(offset + HEADER_LENGTH + length + 1, (byte) '\n');
    }

    /** Writes the header of a chunk whose {@code length} bytes lie elsewhere. */
    public static void putHeader(
            final MutableDirectBuffer target, final int offset, final int length) {
        if (length <= 0 || length > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "chunk out of range: length=" + length + " max=" + LENGTH_MAX);
        }
        for (int i = 0; i < DIGITS; i++) {
            final int digit = length >>> (4 * (DIGITS - 1 - i)) & 0xF;
            target.putByte(offset + i, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
        target.putByte(offset + DIGITS, (byte) '\r');
        target.putByte(offset + DIGITS + 1, (byte) '\n');
    }
}
