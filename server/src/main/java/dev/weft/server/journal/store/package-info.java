/**
 * The journal put together: {@link dev.weft.server.journal.store.Journals#open} recovers a
 * directory and gives the one {@link dev.weft.server.journal.Journal} of the product; {@link
 * dev.weft.server.journal.store.JournalInspection} looks at a directory and changes nothing.
 *
 * <p>Threads: as {@link dev.weft.server.journal.Journal} says; each field has one writer.
 */
@NullMarked
package dev.weft.server.journal.store;

import org.jspecify.annotations.NullMarked;
