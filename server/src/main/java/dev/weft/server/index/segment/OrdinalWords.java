package dev.weft.server.index.segment;

/** Ordinals as one bit each, 64 in a word. */
@FunctionalInterface
interface OrdinalWords {
    /** The word that begins with the ordinal {@code 64 * index}. */
    long word(int index);
}
