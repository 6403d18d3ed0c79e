/**
 * The journal put together: {@link dev.weft.server.journal.store.Journals#open} recovers a
 * directory and gives the one {@link dev.weft.server.journal.Journal} of the product; {@link
 * dev.weft.server.journal.store.JournalInspection} looks at a directory and changes nothing.
 *
 * <p>Threads: as {@link dev.weft.server.journal.Journal} says. Each of them has its part of the
 * journal with the fields that it writes: the appender's {@link
 * dev.weft.server.journal.store.Appending}, the forcing one's {@link
 * dev.weft.server.journal.store.Forcing}; house-keeping runs what it is made of in turn.
 */
@NullMarked
package dev.weft.server.journal.store;

import org.jspecify.annotations.NullMarked;
