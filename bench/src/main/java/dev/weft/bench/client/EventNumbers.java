package dev.weft.bench.client;

import dev.weft.bench.server.EventText;
import java.nio.ByteBuffer;

/**
 * The numbers of one round's events, for servers whose frames are told apart by them. One thread at
 * a time.
 */
final class EventNumbers {
    private long next = EventText.FIRST_NUMBER;

    /** Writes the next number as decimal digits. */
    void put(final ByteBuffer buffer, final int offset) {
        long rest = next++;
        for (int i = offset + EventText.NUMBER_DIGITS - 1; i >= offset; i--) {
            buffer.put(i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
    }
}
