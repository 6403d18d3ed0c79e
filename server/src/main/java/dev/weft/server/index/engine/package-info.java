/**
 * The index put together: follows the journal, closes segments and has them written, drops what
 * retention deleted, and answers. In: blocks of the journal and files of earlier runs. Out: what
 * {@link dev.weft.server.index.EventIndex} promises.
 *
 * <p>Threads: {@code weft-query} indexes and answers, {@code weft-index} reads, writes and deletes
 * files for it, because a disk may take its time. Between them lie two bounded queues.
 */
@NullMarked
package dev.weft.server.index.engine;

import org.jspecify.annotations.NullMarked;
