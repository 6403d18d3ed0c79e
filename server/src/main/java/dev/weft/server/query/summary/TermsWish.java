package dev.weft.server.query.summary;

/**
 * Which texts of a field are wanted.
 *
 * @param prefix only those that begin with it, empty for all.
 * @param after only those behind it in the order of their bytes, empty to begin with the first.
 */
record TermsWish(String prefix, String after, int limit) {}
