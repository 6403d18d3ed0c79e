package dev.weft.server.http;

/** Reads the whole numbers of requests. Stateless. */
public final class WholeNumber {
    private static final int DIGITS_MAX = 19; // of Long.MAX_VALUE

    private WholeNumber() {}

    /** Value of a text of digits only, -1 for anything else and for what is no long. */
    public static long parse(final String text) {
        if (text.isEmpty() || text.length() > DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            final int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit; // 19 digits overflow at most once, into the negative
        }
        return value < 0 ? -1 : value;
    }
}
