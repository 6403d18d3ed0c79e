package dev.weft.server.journal;

/**
 * What of a journal may go, whole roll files at a time and the oldest first. A file goes when one
 * of the limits says so; 0 switches a limit off.
 *
 * @param ageUs events are kept at least so long, in microseconds.
 * @param bytes roll files together take at most so much, as far as files that may go can make it.
 * @param events at least so many of the newest events are kept.
 * @param leaseMaxNs how long a file that may go waits for readers that still need it, in
 *     nanoseconds; 0 for not at all.
 */
public record RetentionLimits(long ageUs, long bytes, long events, long leaseMaxNs) {
    /** Keeps everything. */
    public static final RetentionLimits OFF = new RetentionLimits(0, 0, 0, 0);

    public RetentionLimits {
        if (ageUs < 0 || bytes < 0 || events < 0 || leaseMaxNs < 0) {
            throw new IllegalArgumentException("a limit is negative: age=" + ageUs + " us");
        }
    }

    /** Whether nothing is ever deleted. */
    public boolean isOff() {
        return ageUs == 0 && bytes == 0 && events == 0;
    }
}
