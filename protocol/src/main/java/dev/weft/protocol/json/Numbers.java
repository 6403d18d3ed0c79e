package dev.weft.protocol.json;

import java.nio.charset.StandardCharsets;

/** Whether a number that is written correctly can be held by whoever reads it. */
final class Numbers {
    /** Integers of so many digits are always finite. */
    static final int SAFE_DIGITS = 300;

    private static final int EXPONENT_DIGITS_MAX = 3;
    private static final int LARGEST_EXPONENT = 308; // of Double.MAX_VALUE
    private static final int SMALLEST_CHECKED = 307;

    private Numbers() {}

    /**
     * Whether a number is finite in 64-bit floating point and its written exponent within ±999.
     *
     * @param first its first digit.
     * @param mantissaEnd where the exponent begins, or the end.
     * @param end behind its last character; at most 1000 from its begin.
     */
    static boolean isFinite(
            final byte[] text, final int first, final int mantissaEnd, final int end) {
        int exponent = 0;
        if (end > mantissaEnd) {
            int p = mantissaEnd + 1;
            final boolean negative = text[p] == '-';
            p += negative || text[p] == '+' ? 1 : 0;
            while (p < end - 1 && text[p] == '0') {
                p++;
            }
            if (end - p > EXPONENT_DIGITS_MAX) {
                return false;
            }
            for (; p < end; p++) {
                exponent = exponent * 10 + text[p] - '0';
            }
            exponent = negative ? -exponent : exponent;
        }
        final int magnitude = magnitude(text, first, mantissaEnd);
        if (magnitude == Integer.MIN_VALUE || magnitude + exponent <= SMALLEST_CHECKED) {
            return true;
        }
        if (magnitude + exponent > LARGEST_EXPONENT) {
            return false;
        }
        // Rare: within a factor of ten of the largest double, where only the conversion itself
        // knows.
        final String number = new String(text, first, end - first, StandardCharsets.ISO_8859_1);
        return Double.isFinite(Double.parseDouble(number));
    }

    /** Power of ten of the first digit that is not zero, smallest int if there is none. */
    private static int magnitude(final byte[] text, final int first, final int end) {
        int point = first;
        while (point < end && text[point] != '.') {
            point++;
        }
        for (int p = first; p < end; p++) {
            if (text[p] != '0' && text[p] != '.') {
                return p < point ? point - p - 1 : point - p;
            }
        }
        return Integer.MIN_VALUE;
    }
}
