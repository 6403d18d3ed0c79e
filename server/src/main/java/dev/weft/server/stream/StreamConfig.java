package dev.weft.server.stream;

import java.util.Set;

/**
 * Settings of all streams.
 *
 * @param subscribersMax most subscribers of the process; one more is answered 503.
 * @param keepAliveIntervalNs longest time without a frame on an idle stream.
 * @param retryMinMs shortest delay that a client is told to wait before it comes back.
 * @param retryMaxMs longest such delay; each client gets its own in between, so that they do not
 *     come back together.
 * @param categories that an event may have; a filter for another one is refused.
 */
public record StreamConfig(
        int subscribersMax,
        long keepAliveIntervalNs,
        int retryMinMs,
        int retryMaxMs,
        Set<String> categories) {
    /** What design and protocol say. */
    public static final int SUBSCRIBERS_MAX = 20_000;

    public static final long KEEP_ALIVE_INTERVAL_NS = 15_000_000_000L;
    public static final int RETRY_MIN_MS = 2_000;
    public static final int RETRY_MAX_MS = 5_000;

    public StreamConfig {
        if (subscribersMax < 1
                || keepAliveIntervalNs < 1
                || retryMinMs < 1
                || retryMaxMs < retryMinMs) {
            throw new IllegalArgumentException(
                    "subscribersMax="
                            + subscribersMax
                            + " keepAliveIntervalNs="
                            + keepAliveIntervalNs
                            + " retryMinMs="
                            + retryMinMs
                            + " retryMaxMs="
                            + retryMaxMs);
        }
        categories = Set.copyOf(categories);
    }

    /** The usual settings. */
    public static StreamConfig defaults(final Set<String> categories) {
        return new StreamConfig(
                SUBSCRIBERS_MAX, KEEP_ALIVE_INTERVAL_NS, RETRY_MIN_MS, RETRY_MAX_MS, categories);
    }
}
