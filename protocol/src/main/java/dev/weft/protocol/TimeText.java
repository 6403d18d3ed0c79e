package dev.weft.protocol;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads how callers write a time or a duration in a query. Source: docs/PROTOCOL.md, "Times".
 * Stateless; any thread.
 */
public final class TimeText {
    /** The text is none. */
    public static final long INVALID = Long.MIN_VALUE;

    /** The rule for a time, to be told to whoever broke it. */
    public static final String RULE =
            "must be a time with its offset, such as 2026-01-31T12:00:00Z or"
                    + " 2026-01-31T13:00:00.5+01:00 (ISO 8601), or microseconds since 1970 in 16 digits";

    /** The rule where a duration is taken, too. */
    public static final String RULE_OR_DURATION =
            RULE + ", or a duration before now such as 5m or 2h30m";

    private static final int TEXT_LENGTH_MAX = 64;
    private static final int FRACTION_DIGITS = 9;
    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final int NANOS_PER_MICRO = 1_000;
    private static final String OFFSET = "([Zz]|[-+ ]\\d{2}(?::?\\d{2})?)";
    private static final Pattern EXTENDED =
            Pattern.compile(
                    "(\\d{4})-(\\d{2})-(\\d{2})[Tt ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?"
                            + OFFSET);
    private static final Pattern BASIC =
            Pattern.compile(
                    "(\\d{4})(\\d{2})(\\d{2})[Tt](\\d{2})(\\d{2})(\\d{2})(?:[.,](\\d{1,9}))?"
                            + OFFSET);
    private static final Pattern MICROS = Pattern.compile("\\d{16}");
    private static final Pattern DURATION =
            Pattern.compile(
                    "(?:(\\d{1,6})d)?(?:(\\d{1,8})h)?(?:(\\d{1,9})m)?(?:(\\d{1,10})s)?(?:(\\d{1,12})ms)?");
    private static final long[] UNITS_US = {
        86_400_000_000L, 3_600_000_000L, 60_000_000L, 1_000_000L, 1_000L
    };

    private TimeText() {}

    /**
     * Reads a time: ISO 8601 with an offset, whole or in the basic form, or microseconds of 16
     * digits as events have them. A plus sign that was not percent-encoded has come as a space.
     *
     * @return microseconds since the epoch, what is smaller cut off; or {@link #INVALID}.
     */
    public static long time(final String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            return INVALID;
        }
        if (MICROS.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        final Matcher extended = EXTENDED.matcher(text);
        if (extended.matches()) {
            return time(extended);
        }
        final Matcher basic = BASIC.matcher(text);
        return basic.matches() ? time(basic) : INVALID;
    }

    /**
     * Reads a duration such as {@code 5m} or {@code 2h30m}: units d, h, m, s, ms in this order.
     *
     * @return microseconds, or {@link #INVALID}.
     */
    public static long duration(final String text) {
        if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
            return INVALID;
        }
        final Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return INVALID;
        }
        long total = 0;
        for (int i = 0; i < UNITS_US.length; i++) {
            final String amount = matcher.group(i + 1);
            total += amount == null ? 0 : Long.parseLong(amount) * UNITS_US[i];
        }
        return total;
    }

    private static long time(final Matcher parts) {
        try {
            final long second =
                    LocalDateTime.of(
                                    number(parts.group(1)),
                                    number(parts.group(2)),
                                    number(parts.group(3)),
                                    number(parts.group(4)),
                                    number(parts.group(5)),
                                    number(parts.group(6)))
                            .toEpochSecond(offset(parts.group(8)));
            return second * MICROS_PER_SECOND + nanos(parts.group(7)) / NANOS_PER_MICRO;
        } catch (final DateTimeException ex) {
            return INVALID; // the 30th of February
        }
    }

    private static ZoneOffset offset(final String text) {
        return text.length() == 1 ? ZoneOffset.UTC : ZoneOffset.of(text.replace(' ', '+'));
    }

    private static int number(final @Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static int nanos(final @Nullable String fraction) {
        return fraction == null
                ? 0
                : Integer.parseInt(fraction + "0".repeat(FRACTION_DIGITS - fraction.length()));
    }
}
