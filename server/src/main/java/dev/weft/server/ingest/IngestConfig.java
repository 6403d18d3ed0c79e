package dev.weft.server.ingest;

import dev.weft.protocol.Limits;
import dev.weft.protocol.event.EventRules;

/**
 * Settings of publishing.
 *
 * @param rules categories and source kinds that callers may use.
 * @param durable whether a publish that does not say otherwise is forced to disk before its answer.
 * @param appendsMax publishes and batches of one I/O loop that may be prepared or waiting for the
 *     sequencer.
 * @param bufferedLengthMax bytes of unfinished bodies and of prepared events that one I/O loop
 *     keeps; more is answered 503.
 */
public record IngestConfig(
        EventRules rules, boolean durable, int appendsMax, long bufferedLengthMax) {
    private static final int APPENDS_MAX = 8_192;
    private static final long BUFFERED_LENGTH_MIN = 4L * Limits.ARRAY_LENGTH_MAX;

    public IngestConfig {
        if (appendsMax < 1 || bufferedLengthMax < Limits.ARRAY_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "too small: appendsMax="
                            + appendsMax
                            + " bufferedLengthMax="
                            + bufferedLengthMax);
        }
    }

    /**
     * Limits that fit the heap: all I/O loops together keep at most an eighth of it in unfinished
     * bodies and prepared events.
     */
    public static IngestConfig of(
            final EventRules rules, final boolean durable, final int loopCount) {
        final long share = Runtime.getRuntime().maxMemory() / 8 / loopCount;
        return new IngestConfig(rules, durable, APPENDS_MAX, Math.max(BUFFERED_LENGTH_MIN, share));
    }
}
