/**
 * The newest blocks in memory, between the one writer and the fan-out of every I/O loop. In: blocks
 * from the sequencer, encoded in place. Out: views for readers that may be lapped and then go on
 * from the journal. The writer's thread is the sequencer's; each reader belongs to one I/O loop.
 */
@NullMarked
package dev.weft.server.ring;

import org.jspecify.annotations.NullMarked;
