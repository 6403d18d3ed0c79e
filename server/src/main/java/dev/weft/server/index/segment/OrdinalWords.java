package dev.weft.server.index.segment;

/** Ordinals as one bit each, 64 in a word. Words behind the last one are 0. */
interface OrdinalWords {
    /** The word that begins with the ordinal {@code 64 * index}. */
    long word(int index);

    /**
     * Takes away what is not set here.
     *
     * @param index of the first word, a multiple of the length.
     * @param words as many as there are in a {@link FlatSet#GROUP}.
     */
    void retain(int index, long[] words);
}
