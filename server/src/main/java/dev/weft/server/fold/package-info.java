/**
 * Small tables that are nothing but what the events say: phases of sessions, states of jobs. In:
 * the events that a {@link dev.weft.server.fold.Fold} wants, read through the index. Out: the
 * table, as of a sequence. A table lives in memory alone and is made anew by each start; who needs
 * it brings it up to date, in bounded steps, on the query thread.
 */
@NullMarked
package dev.weft.server.fold;

import org.jspecify.annotations.NullMarked;
