/**
 * Segments of the index: consecutive events, numbered from 0 on by their <i>ordinal</i>, and for
 * each text of each field the ordinals that have it. The newest segment grows in memory; the others
 * are immutable files. In: records of blocks. Out: sets of ordinals, texts with their counts, and
 * for each ordinal its sequence, its time and its place in the journal.
 *
 * <p>Threads: {@code weft-query} writes and reads; a segment that has stopped growing is also read
 * by {@code weft-index}, which writes it to its file.
 */
@NullMarked
package dev.weft.server.index.segment;

import org.jspecify.annotations.NullMarked;
