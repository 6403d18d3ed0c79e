/**
 * Finds events by what stands in them: which sequences match a query, how many there are, where in
 * the journal each of them lies. In: blocks of the journal, in order. Out: selections, counts by
 * time, terms with their counts, and the events themselves, always read from the journal and
 * checked there. The index can be thrown away at any time: it is made again from the journal.
 *
 * <p>Thread: all of it belongs to {@code weft-query}, which indexes and answers in turns.
 */
@NullMarked
package dev.weft.server.index;

import org.jspecify.annotations.NullMarked;
