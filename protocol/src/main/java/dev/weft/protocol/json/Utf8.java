package dev.weft.protocol.json;

/** UTF-8 as RFC 3629 allows it: shortest form, no surrogates, nothing beyond U+10FFFF. */
public final class Utf8 {
    private static final int INVALID = -1;
    private static final long NOT_ASCII = 0x8080808080808080L;

    private Utf8() {}

    /**
     * Checks the character beyond ASCII that begins at {@code at}.
     *
     * @return position behind it, or -1. Looks at no more than three bytes behind {@code at}.
     */
    static int next(final byte[] bytes, final int at) {
        final int lead = bytes[at] & 0xFF;
        final byte second = bytes[at + 1];
        if (lead < 0xE0) {
            return lead >= 0xC2 && isContinuation(second) ? at + 2 : INVALID;
        }
        if (!isContinuation(second) || !isContinuation(bytes[at + 2])) {
            return INVALID;
        }
        final int bits = second & 0x3F;
        if (lead < 0xF0) {
            final boolean overlong = lead == 0xE0 && bits < 0x20;
            final boolean surrogate = lead == 0xED && bits >= 0x20;
            return overlong || surrogate ? INVALID : at + 3;
        }
        final boolean overlong = lead == 0xF0 && bits < 0x10;
        final boolean tooLarge = lead > 0xF4 || (lead == 0xF4 && bits >= 0x10);
        return overlong || tooLarge || !isContinuation(bytes[at + 3]) ? INVALID : at + 4;
    }

    /**
     * How far a text is valid.
     *
     * @param bytes with {@link JsonScanner#PADDING} bytes behind {@code to}.
     * @return {@code to}, or the position of the first byte that begins no character, or of a
     *     character that is cut off there.
     */
    public static int validTo(final byte[] bytes, final int from, final int to) {
        int p = from;
        while (p < to) {
            if ((Words.get(bytes, p) & NOT_ASCII) == 0) {
                p += Long.BYTES;
            } else if (bytes[p] >= 0) {
                p++;
            } else {
                final int end = p + lengthOf(bytes[p]) > to ? INVALID : next(bytes, p);
                if (end == INVALID) {
                    return p;
                }
                p = end;
            }
        }
        return to;
    }

    /** Whether what begins at {@code from} may become a character with bytes behind {@code to}. */
    public static boolean isCutOff(final byte[] bytes, final int from, final int to) {
        if (to - from >= lengthOf(bytes[from])) {
            return false;
        }
        for (int p = from + 1; p < to; p++) {
            if (!isContinuation(bytes[p])) {
                return false;
            }
        }
        return (bytes[from] & 0xFF) >= 0xC2 && (bytes[from] & 0xFF) <= 0xF4;
    }

    private static int lengthOf(final byte lead) {
        final int bits = lead & 0xFF;
        return bits < 0x80 ? 1 : bits < 0xE0 ? 2 : bits < 0xF0 ? 3 : 4;
    }

    /**
     * Writes a character.
     *
     * @return position behind it.
     */
    static int put(final byte[] target, final int at, final int codePoint) {
        int to = at;
        if (codePoint < 0x80) {
            target[to++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            target[to++] = (byte) (0xC0 | codePoint >> 6);
            target[to++] = (byte) (0x80 | (codePoint & 0x3F));
        } else if (codePoint < 0x10000) {
            target[to++] = (byte) (0xE0 | codePoint >> 12);
            target[to++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
            target[to++] = (byte) (0x80 | (codePoint & 0x3F));
        } else {
            target[to++] = (byte) (0xF0 | codePoint >> 18);
            target[to++] = (byte) (0x80 | (codePoint >> 12 & 0x3F));
            target[to++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
            target[to++] = (byte) (0x80 | (codePoint & 0x3F));
        }
        return to;
    }

    static boolean isContinuation(final byte b) {
        return b < (byte) 0xC0;
    }
}
