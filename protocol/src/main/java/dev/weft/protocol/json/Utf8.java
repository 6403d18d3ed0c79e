package dev.weft.protocol.json;

/** UTF-8 as RFC 3629 allows it: shortest form, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
    private static final int INVALID = -1;

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
