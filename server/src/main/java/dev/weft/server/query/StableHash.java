package dev.weft.server.query;

import org.jspecify.annotations.Nullable;

/** 64 bits that stay the same for the same words from one process to the next: FNV-1a. */
final class StableHash {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private long value = OFFSET;

    StableHash add(final long number) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            value = (value ^ (number >>> shift & 0xFF)) * PRIME;
        }
        return this;
    }

    /** A text with its length, so that two texts are not the same as one. */
    StableHash add(final @Nullable String text) {
        if (text == null) {
            return add(-1);
        }
        add(text.length());
        for (int i = 0; i < text.length(); i++) {
            value = (value ^ text.charAt(i)) * PRIME;
        }
        return this;
    }

    long value() {
        return value;
    }
}
