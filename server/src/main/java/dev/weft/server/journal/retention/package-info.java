/**
 * Which roll files may go, and how they go. In: the limits, the files with their first sequences
 * and times, the leases of readers. Out: fewer files, a higher oldest sequence, counters; or, for
 * the offline command, only the plan.
 *
 * <p>Threads: {@code weft-house} alone deletes; a lease is written by its reader's thread.
 */
@NullMarked
package dev.weft.server.journal.retention;

import org.jspecify.annotations.NullMarked;
