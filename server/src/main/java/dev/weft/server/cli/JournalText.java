package dev.weft.server.cli;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times and sizes for people. */
public final class JournalText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};
    private static final double STEP = 1_000;

    private JournalText() {}

    /**
     * A time in UTC, to the millisecond.
     *
     * @param timestampUs microseconds since the epoch; 0 is no time.
     */
    public static String time(final long timestampUs) {
        return timestampUs == 0
                ? "–"
                : TIME.format(
                        Instant.ofEpochSecond(
                                Math.floorDiv(timestampUs, MICROS_PER_SECOND),
                                Math.floorMod(timestampUs, MICROS_PER_SECOND) * 1_000));
    }

    /** A length in bytes in the unit that suits it. */
    public static String size(final long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= STEP && unit < UNITS.length - 1) {
            size /= STEP;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}
