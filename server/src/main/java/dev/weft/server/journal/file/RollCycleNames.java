package dev.weft.server.journal.file;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * Names of roll files: one file per hour, {@code 20261120-10F.cq4} for the hour from 10:00 UTC on.
 * These are the names that Chronicle's {@code FAST_HOURLY} cycle uses; a cycle is the number of
 * hours since the epoch.
 */
public final class RollCycleNames {
    public static final String SUFFIX = ".cq4";

    /** Chronicle takes a file of this name over when it begins the cycle. */
    public static final String PRECREATED_SUFFIX = ".precreated";

    private static final long CYCLE_US = 3_600_000_000L;
    private static final long CYCLE_S = 3_600;
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HH'F'", Locale.ROOT);
    private static final int NONE = -1;

    private RollCycleNames() {}

    /** Cycle that a time falls into, microseconds since the epoch. */
    public static int cycleOf(final long timestampUs) {
        return (int) (timestampUs / CYCLE_US);
    }

    /** First millisecond of a cycle: what Chronicle's time provider has to say to be in it. */
    public static long startMs(final int cycle) {
        return cycle * CYCLE_S * 1_000;
    }

    public static String fileName(final int cycle) {
        return stem(cycle) + SUFFIX;
    }

    public static String precreatedName(final int cycle) {
        return stem(cycle) + PRECREATED_SUFFIX;
    }

    /** Cycle of a roll file, or -1 if the name is not one of a roll file. */
    public static int parse(final String fileName) {
        if (!fileName.endsWith(SUFFIX)) {
            return NONE;
        }
        try {
            final String stem = fileName.substring(0, fileName.length() - SUFFIX.length());
            final LocalDateTime hour = LocalDateTime.parse(stem, NAME);
            return Math.toIntExact(hour.toEpochSecond(ZoneOffset.UTC) / CYCLE_S);
        } catch (final DateTimeParseException ex) {
            return NONE;
        }
    }

    private static String stem(final int cycle) {
        return NAME.format(Instant.ofEpochSecond(cycle * CYCLE_S).atZone(ZoneOffset.UTC));
    }
}
