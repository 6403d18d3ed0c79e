package dev.weft.protocol.event;

/**
 * Rules for {@code occurred_at}: RFC 3339 in upper case and with an offset, or integer
 * microseconds.
 */
final class OccurredAt {
    private static final long MICROSECONDS_MAX =
            (1L << 53) - 1; // what every JSON reader holds exactly
    private static final int MICROSECONDS_DIGITS_MAX = 16;
    private static final int FRACTION = "2026-01-31T12:00:00".length();
    private static final int FRACTION_DIGITS_MAX = 9;
    private static final String PATTERN = "dddd-dd-ddTdd:dd:dd";
    private static final byte[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private OccurredAt() {}

    static boolean isMicroseconds(final byte[] text, final int from, final int to) {
        if (to - from > MICROSECONDS_DIGITS_MAX) {
            return false;
        }
        long value = 0;
        for (int p = from; p < to; p++) {
            if (!isDigit(text[p])) {
                return false;
            }
            value = value * 10 + text[p] - '0';
        }
        return value <= MICROSECONDS_MAX;
    }

    /** Whether it is a time that exists, leap seconds excepted: few readers know them. */
    static boolean isTime(final byte[] text, final int from, final int to) {
        if (to - from <= FRACTION || !hasPattern(text, from)) {
            return false;
        }
        final int month = two(text, from + 5);
        final int day = two(text, from + 8);
        if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) {
            return false;
        }
        final int year = two(text, from) * 100 + two(text, from + 2);
        final boolean leapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return (month != 2 || day < 29 || leapYear)
                && two(text, from + 11) < 24
                && two(text, from + 14) < 60
                && two(text, from + 17) < 60
                && isOffset(text, afterFraction(text, from + FRACTION, to), to);
    }

    private static boolean hasPattern(final byte[] text, final int from) {
        for (int i = 0; i < PATTERN.length(); i++) {
            final char c = PATTERN.charAt(i);
            if (c == 'd' ? !isDigit(text[from + i]) : text[from + i] != c) {
                return false;
            }
        }
        return true;
    }

    /** Position of the offset, or the end when the fraction is none. */
    private static int afterFraction(final byte[] text, final int at, final int to) {
        if (text[at] != '.') {
            return at;
        }
        int p = at + 1;
        while (p < to && isDigit(text[p])) {
            p++;
        }
        final int digits = p - at - 1;
        return digits >= 1 && digits <= FRACTION_DIGITS_MAX ? p : to;
    }

    private static boolean isOffset(final byte[] text, final int at, final int to) {
        if (to - at == 1) {
            return text[at] == 'Z';
        }
        return to - at == 6
                && (text[at] == '+' || text[at] == '-')
                && text[at + 3] == ':'
                && isDigit(text[at + 1])
                && isDigit(text[at + 2])
                && isDigit(text[at + 4])
                && isDigit(text[at + 5])
                && two(text, at + 1) < 24
                && two(text, at + 4) < 60;
    }

    private static int two(final byte[] text, final int at) {
        return (text[at] - '0') * 10 + text[at + 1] - '0';
    }

    private static boolean isDigit(final byte b) {
        return b >= '0' && b <= '9';
    }
}
