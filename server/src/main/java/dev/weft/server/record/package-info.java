/**
 * What the surfaces share that show events in other shapes than the envelope: the members of a
 * record, times and ids as those surfaces write them. In: blocks of the journal. Out: JSON in
 * buffers. Thread: whoever reads the block.
 */
@NullMarked
package dev.weft.server.record;

import org.jspecify.annotations.NullMarked;
