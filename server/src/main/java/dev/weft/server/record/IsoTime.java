package dev.weft.server.record;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times as ISO 8601: {@code 2026-01-13T14:30:00.123456Z}. Read are calendar dates in the extended
 * form with {@code T}, {@code t} or a space, seconds and their fraction (1 to 9 digits behind a
 * point or a comma) as one likes, and {@code Z} or an offset {@code +hh:mm}, {@code +hhmm}, {@code
 * +hh}. Where the plus sign of an offset should be, a space is taken for one: a plus sign that
 * stands in a query as it is arrives so. Stateless.
 */
public final class IsoTime {
    /** {@link #parse}: it is no such time. */
    public static final long INVALID = Long.MIN_VALUE;

    private static final int LENGTH_MAX = 40;
    private static final long US_PER_S = 1_000_000;
    private static final long NS_PER_US = 1_000;
    private static final int NS_DIGITS = 9;
    private static final int US_DIGITS = 6;
    private static final Pattern TIME =
            Pattern.compile(
                    "(\\d{4})-(\\d{2})-(\\d{2})[Tt ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?"
                            + "([Zz]|([-+ ])(\\d{2})(?::?(\\d{2}))?)?");
    private static final int HOUR_MAX = 23;
    private static final int MINUTE_MAX = 59;

    private IsoTime() {}

    /**
     * Microseconds since the epoch, rounded down, of a time with {@code Z} or an offset; else
     * {@link #INVALID}.
     */
    public static long parse(final String text) {
        final Matcher time = matcher(text);
        return time.matches() && time.group(8) != null ? microseconds(time) : INVALID;
    }

    /** The same; without {@code Z} or an offset it is taken for UTC. */
    public static long parseAsUtc(final String text) {
        final Matcher time = matcher(text);
        return time.matches() ? microseconds(time) : INVALID;
    }

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

    private static Matcher matcher(final String text) {
        return TIME.matcher(text.length() > LENGTH_MAX ? "" : text);
    }

    private static long microseconds(final Matcher time) {
        try {
            final LocalDateTime local =
                    LocalDateTime.of(
                            number(time, 1),
                            number(time, 2),
                            number(time, 3),
                            number(time, 4),
                            number(time, 5),
                            number(time, 6),
                            nanoseconds(time.group(7)));
            final int offsetHours = number(time, 10);
            final int offsetMinutes = number(time, 11);
            if (offsetHours > HOUR_MAX || offsetMinutes > MINUTE_MAX) {
                return INVALID;
            }
            final int offsetS = (offsetHours * 60 + offsetMinutes) * 60;
            final Instant instant = local.toInstant(ZoneOffset.UTC);
            final long epochS =
                    instant.getEpochSecond() - ("-".equals(time.group(9)) ? -offsetS : offsetS);
            return epochS * US_PER_S + instant.getNano() / NS_PER_US;
        } catch (final DateTimeException ex) { // no such day or hour
            return INVALID;
        }
    }

    private static int number(final Matcher time, final int group) {
        final String digits = time.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static int nanoseconds(final @Nullable String fraction) {
        return fraction == null
                ? 0
                : Integer.parseInt(fraction + "0".repeat(NS_DIGITS - fraction.length()));
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
