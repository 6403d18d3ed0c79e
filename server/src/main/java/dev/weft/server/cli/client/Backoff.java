package dev.weft.server.cli.client;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubling, with jitter over the upper half, up to a bound.
 * One thread.
 */
public final class Backoff {
    private static final long FIRST_MS = 200;
    private static final long LONGEST_MS = 30_000;

    private final RandomGenerator random;
    private long baseMs = FIRST_MS;
    private int failures;

    public Backoff(final RandomGenerator random) {
        this.random = random;
    }

    /** The server's own wish ({@code retry:}) for the first wait. */
    public void base(final long milliseconds) {
        baseMs = Math.max(1, Math.min(LONGEST_MS, milliseconds));
    }

    /** It worked: the next failure waits shortly again. */
    public void succeeded() {
        failures = 0;
    }

    /** One more failure. @return milliseconds to wait. */
    public long failed() {
        final long longest = Math.min(LONGEST_MS, baseMs << Math.min(failures, 16));
        failures++;
        return longest / 2 + random.nextLong(longest / 2 + 1);
    }

    int failures() {
        return failures;
    }
}
