/**
 * Roll files as bytes: names, records, blocks and their checks, positions, and the readers of a
 * running journal. In: a directory of roll files. Out: valid blocks in order, with everything that
 * is missing told. Knows nothing of Chronicle but its format, and writes nothing but the file of
 * positions.
 *
 * <p>Threads: a reader and the window it holds are one thread's; the catalog, the mapped windows
 * and the positions are shared, as each of them says.
 */
@NullMarked
package dev.weft.server.journal.file;

import org.jspecify.annotations.NullMarked;
