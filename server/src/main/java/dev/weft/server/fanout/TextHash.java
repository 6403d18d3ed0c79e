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
        final int end = offset + length;
        long hash = seed ^ length;
        if (length >= BitUtil.SIZE_OF_LONG) {
            for (int i = offset; i < end - BitUtil.SIZE_OF_LONG; i += BitUtil.SIZE_OF_LONG) {
                hash = mix(hash ^ word(buffer, i));
            }
            return (int) mix(hash ^ word(buffer, end - BitUtil.SIZE_OF_LONG)); // may overlap
        }
        if (length >= BitUtil.SIZE_OF_INT) {
            return (int)
                    mix(
                            hash
                                    ^ half(buffer, offset) << Integer.SIZE
                                    ^ half(buffer, end - BitUtil.SIZE_OF_INT));
        }
        long rest = 0;
        for (int i = offset; i < end; i++) {
            rest = rest << Byte.SIZE | (buffer.getByte(i) & 0xFF);
        }
        return (int) mix(hash ^ rest);
    }

    private static long word(final DirectBuffer buffer, final int index) {
        return buffer.getLong(index, ByteOrder.LITTLE_ENDIAN);
    }

    private static long half(final DirectBuffer buffer, final int index) {
        return buffer.getInt(index, ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }

    private static long mix(final long value) {
        final long product = value * MULTIPLIER;
        return product ^ product >>> 32;
    }
}
