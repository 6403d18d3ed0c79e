package dev.weft.server.fanout;

import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/** Hash of the bytes of a text, with a seed of its own, so that nobody knows which ones collide. */
final class TextHash {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final long seed = ThreadLocalRandom.current().nextLong();

    int of(final DirectBuffer buffer, final int offset, final int length) {
        long hash = seed ^ length;
        int i = 0;
        for (; i <= length - BitUtil.SIZE_OF_LONG; i += BitUtil.SIZE_OF_LONG) {
            hash = mix(hash ^ buffer.getLong(offset + i, ByteOrder.LITTLE_ENDIAN));
        }
        long rest = 0;
        for (; i < length; i++) {
            rest = rest << Byte.SIZE | (buffer.getByte(offset + i) & 0xFF);
        }
        return (int) mix(hash ^ rest);
    }

    private static long mix(final long value) {
        final long product = value * MULTIPLIER;
        return product ^ product >>> 32;
    }
}
