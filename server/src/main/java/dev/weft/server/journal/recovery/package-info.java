/**
 * From a directory in any state to one that may be appended to: lock, state file, validation,
 * repair, and where numbering goes on. In: what the last process left. Out: the catalog of roll
 * files, their positions and the end of the journal, and a report of what was wrong.
 *
 * <p>Threads: the opening one alone; the state file goes on to {@code weft-house}.
 */
@NullMarked
package dev.weft.server.journal.recovery;

import org.jspecify.annotations.NullMarked;
