package dev.weft.protocol.json;

/** Hexadecimal digits as they stand in an escape. */
final class Hex {
    private static final byte[] DIGITS =
            "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private Hex() {}

    /**
     * Value of the four digits at {@code at}, negative if one of them is none. Never looks behind a
     * NUL.
     */
    static int unit(final byte[] text, final int at) {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            final int digit = Character.digit(text[at + i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    static byte digit(final int value) {
        return DIGITS[value & 0xF];
    }
}
