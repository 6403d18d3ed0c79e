package dev.weft.protocol.event;

import dev.weft.protocol.json.Words;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * Makes ids for events that come without one: UUID version 7 (RFC 9562) with a counter in {@code
 * rand_a} (method 1), so the ids of one maker grow. Names, not secrets: the random part is a seeded
 * generator. One thread.
 */
public final class EventIds {
    /** Length of an id as text. */
    public static final int LENGTH = 36;

    private static final short[] HEX = hex();
    private static final int COUNTER_LIMIT = 1 << 12;
    private static final int COUNTER_START_MASK =
            (1 << 11) - 1; // leaves half of the counter for one millisecond
    private static final long BELIEVED_STEP_BACK_MS = 1_000;
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long VARIANT_MASK = 0x3FFF_FFFF_FFFF_FFFFL;

    private long random;
    private long lastMs;
    private int counter;

    public EventIds() {
        this(new SecureRandom().nextLong());
    }

    EventIds(final long seed) {
        random = seed;
    }

    /**
     * Sets the time for the ids to come, in milliseconds since the epoch. Once per publish is
     * enough.
     */
    public void time(final long epochMs) {
        if (epochMs > lastMs || lastMs - epochMs > BELIEVED_STEP_BACK_MS) {
            lastMs = epochMs;
            counter = (int) nextRandom() & COUNTER_START_MASK;
        }
    }

    /**
     * Writes the next id.
     *
     * @return position behind it.
     */
    int put(final byte[] target, final int at) {
        if (++counter == COUNTER_LIMIT) {
            counter = 0;
            lastMs++; // ahead of the clock for a moment, as RFC 9562 6.2 allows
        }
        final long low = (nextRandom() & VARIANT_MASK) | VARIANT;
        pair(target, at, (int) (lastMs >>> 40));
        pair(target, at + 2, (int) (lastMs >>> 32));
        pair(target, at + 4, (int) (lastMs >>> 24));
        pair(target, at + 6, (int) (lastMs >>> 16));
        target[at + 8] = '-';
        pair(target, at + 9, (int) (lastMs >>> 8));
        pair(target, at + 11, (int) lastMs);
        target[at + 13] = '-';
        pair(target, at + 14, 0x70 | counter >>> 8);
        pair(target, at + 16, counter);
        target[at + 18] = '-';
        pair(target, at + 19, (int) (low >>> 56));
        pair(target, at + 21, (int) (low >>> 48));
        target[at + 23] = '-';
        for (int i = 0; i < 6; i++) {
            pair(target, at + 24 + 2 * i, (int) (low >>> (40 - 8 * i)));
        }
        return at + LENGTH;
    }

    /** SplitMix64 (Steele, Lea, Flood 2014): one step of a 64-bit counter, then mixed. */
    private long nextRandom() {
        random += GOLDEN_GAMMA;
        long z = random;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private static void pair(final byte[] target, final int at, final int value) {
        Words.putShort(target, at, HEX[value & 0xFF]);
    }

    private static short[] hex() {
        final byte[] digits = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        final short[] pairs = new short[256];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (short) (digits[i >>> 4] | digits[i & 0xF] << 8);
        }
        return pairs;
    }
}
