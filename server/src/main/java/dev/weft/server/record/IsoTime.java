package dev.weft.server.record;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Writes times as ISO 8601: {@code 2026-01-13T14:30:00.123456}. Stateless. */
public final class IsoTime {
    private static final long US_PER_S = 1_000_000;
    private static final long NS_PER_US = 1_000;
    private static final int US_DIGITS = 6;

    private IsoTime() {}

    /**
     * Appends a time with six digits of fraction and without a zone, which is UTC.
     *
     * @param epochUs microseconds since the epoch.
     */
    public static StringBuilder append(final StringBuilder target, final long epochUs) {
        final LocalDateTime time =
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(epochUs, US_PER_S),
                        (int) (Math.floorMod(epochUs, US_PER_S) * NS_PER_US),
                        ZoneOffset.UTC);
        digits(target, time.getYear(), 4).append('-');
        digits(target, time.getMonthValue(), 2).append('-');
        digits(target, time.getDayOfMonth(), 2).append('T');
        digits(target, time.getHour(), 2).append(':');
        digits(target, time.getMinute(), 2).append(':');
        digits(target, time.getSecond(), 2).append('.');
        return digits(target, (int) (time.getNano() / NS_PER_US), US_DIGITS);
    }

    private static StringBuilder digits(
            final StringBuilder target, final int number, final int count) {
        final String text = Integer.toString(number);
        for (int i = text.length(); i < count; i++) {
            target.append('0');
        }
        return target.append(text);
    }
}
