package dev.weft.protocol.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array as one little-endian number, and tests on all eight at once. Source of
 * the tests: "Bit Twiddling Hacks" (haszero, hasless). A test marks a byte by its highest bit; only
 * the lowest mark is exact, which is the one that {@link #first} reads.
 */
public final class Words {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long TWOS = 2 * ONES;
    private static final long BELOW_SPACE_OR_QUOTE = 0x21 * ONES;
    private static final long DELETES = 0x7F * ONES;
    private static final long LINE_FEEDS = '\n' * ONES;

    private static final int SHORT = 128;

    private Words() {}

    public static long get(final byte[] bytes, final int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    public static void put(final byte[] bytes, final int offset, final long word) {
        LONGS.set(bytes, offset, word);
    }

    public static int getInt(final byte[] bytes, final int offset) {
        return (int) INTS.get(bytes, offset);
    }

    public static void putInt(final byte[] bytes, final int offset, final int value) {
        INTS.set(bytes, offset, value);
    }

    public static void putShort(final byte[] bytes, final int offset, final short value) {
        SHORTS.set(bytes, offset, value);
    }

    /** Marks quotes, backslashes, control characters and bytes of characters beyond ASCII. */
    static long specials(final long word) {
        final long backslash = word ^ BACKSLASHES;
        final long low =
                word ^ TWOS; // swaps the quote with the space: one test finds it and all below
        // the space
        return (((backslash - ONES) & ~backslash) | ((low - BELOW_SPACE_OR_QUOTE) & ~low) | word)
                & HIGHS;
    }

    static long backslashes(final long word) {
        final long backslash = word ^ BACKSLASHES;
        return (backslash - ONES) & ~backslash & HIGHS;
    }

    static long quotesAndBackslashes(final long word) {
        final long quote = word ^ QUOTES;
        return ((quote - ONES) & ~quote & HIGHS) | backslashes(word);
    }

    /** Whether the text has a backslash or a DELETE in it. */
    public static boolean hasBackslashOrDelete(final byte[] bytes, final int from, final int to) {
        for (int i = from; i < to; i += Long.BYTES) {
            final long word = (long) LONGS.get(bytes, i);
            final long delete = word ^ DELETES;
            final long marks = ((delete - ONES) & ~delete & HIGHS) | backslashes(word);
            if ((marks & mask(Math.min(Long.BYTES, to - i))) != 0) {
                return true; // a false mark above a true one does no harm: the caller looks closer
            }
        }
        return false;
    }

    /** Index of the lowest marked byte. */
    static int first(final long marks) {
        return Long.numberOfTrailingZeros(marks) >>> 3;
    }

    /** Bits of the first {@code length} bytes, 0 to 8. */
    public static long mask(final int length) {
        return length == 0 ? 0 : -1L >>> (64 - (length << 3));
    }

    /** The first bytes of a name as the word that {@link #get} reads, higher bytes 0. */
    public static long of(final String name) {
        long word = 0;
        for (int i = Math.min(name.length(), Long.BYTES) - 1; i >= 0; i--) {
            word = word << 8 | name.charAt(i);
        }
        return word;
    }

    /**
     * Copies a text that is probably short, eight bytes at a time: up to seven bytes behind the
     * target are overwritten, and as many are read behind the source.
     *
     * @return end of the copy in the target.
     */
    public static int copy(
            final byte[] source,
            final int from,
            final byte[] target,
            final int to,
            final int length) {
        if (length > SHORT) {
            System.arraycopy(source, from, target, to, length);
            return to + length;
        }
        for (int i = 0; i < length; i += Long.BYTES) {
            LONGS.set(target, to + i, (long) LONGS.get(source, from + i));
        }
        return to + length;
    }

    /**
     * Position of the next line feed in [from, to), or {@code to}. The array has {@code PADDING}
     * bytes behind it.
     */
    public static int lineEnd(final byte[] bytes, final int from, final int to) {
        for (int i = from; i < to; i += Long.BYTES) {
            final long x = (long) LONGS.get(bytes, i) ^ LINE_FEEDS;
            final long marks = (x - ONES) & ~x & HIGHS;
            if (marks != 0) {
                return Math.min(to, i + first(marks));
            }
        }
        return to;
    }
}
