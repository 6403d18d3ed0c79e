package dev.weft.server.config;

/**
 * Numbers with a unit: {@code 64k}, {@code 16m}, {@code 1g}, {@code 1t}; {@code 250ms}, {@code 5s},
 * {@code 2m}, {@code 1h}, {@code 1d}.
 */
final class Units {
    private static final int KIBI = 1024;

    private Units() {}

    /**
     * Bytes of a size; without a unit it is bytes.
     *
     * @throws NumberFormatException if it is none, or more than a long holds.
     */
    static long bytes(final String text) {
        final int unit = unitStart(text);
        final long factor =
                switch (text.substring(unit)) {
                    case "", "b" -> 1L;
                    case "k", "kb", "kib" -> KIBI;
                    case "m", "mb", "mib" -> (long) KIBI * KIBI;
                    case "g", "gb", "gib" -> (long) KIBI * KIBI * KIBI;
                    case "t", "tb", "tib" -> (long) KIBI * KIBI * KIBI * KIBI;
                    default -> throw new NumberFormatException(text);
                };
        return product(text, unit, factor);
    }

    /**
     * Nanoseconds of a time, which needs a unit.
     *
     * @throws NumberFormatException if it is none, or more than a long holds.
     */
    static long nanos(final String text) {
        final int unit = unitStart(text);
        final long factor =
                switch (text.substring(unit)) {
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    case "d" -> 86_400_000_000_000L;
                    default -> throw new NumberFormatException(text);
                };
        return product(text, unit, factor);
    }

    private static int unitStart(final String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static long product(final String text, final int unit, final long factor) {
        try {
            return Math.multiplyExact(Long.parseLong(text, 0, unit, 10), factor);
        } catch (final ArithmeticException | IndexOutOfBoundsException ex) {
            throw new NumberFormatException(text);
        }
    }
}
