package dev.weft.server.stream;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the two forms of {@code since}: a time (RFC 3339) and a duration such as {@code 5m} or
 * {@code 2h30m}.
 */
final class Times {
    private static final Pattern TIME =
            Pattern.compile(
                    "\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");
    private static final Pattern DURATION =
            Pattern.compile(
                    "(?:(\\d{1,6})d)?(?:(\\d{1,8})h)?(?:(\\d{1,9})m)?(?:(\\d{1,10})s)?(?:(\\d{1,12})ms)?");
    private static final long[] UNITS_US = {
        86_400_000_000L, 3_600_000_000L, 60_000_000L, 1_000_000L, 1_000L
    };
    private static final int TEXT_LENGTH_MAX = 64;

    private Times() {}

    /** The start that a text names, or null. */
    static @Nullable Start parse(final String text) {
        if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
            return null;
        }
        final Matcher duration = DURATION.matcher(text);
        if (duration.matches()) {
            long total = 0;
            for (int i = 0; i < UNITS_US.length; i++) {
                final String amount = duration.group(i + 1);
                total += amount == null ? 0 : Long.parseLong(amount) * UNITS_US[i];
            }
            return new Start(Start.Kind.AGO, total);
        }
        // A plus sign that was not percent-encoded arrives as a space; no other space is in the
        // grammar.
        final String time = text.replace(' ', '+');
        if (!TIME.matcher(time).matches()) {
            return null;
        }
        try {
            final Instant instant =
                    OffsetDateTime.parse(time.toUpperCase(java.util.Locale.ROOT)).toInstant();
            final long us =
                    Math.addExact(
                            Math.multiplyExact(instant.getEpochSecond(), 1_000_000L),
                            instant.getNano() / 1_000);
            return new Start(Start.Kind.SINCE, us);
        } catch (final DateTimeException | ArithmeticException ex) {
            return null;
        }
    }
}
