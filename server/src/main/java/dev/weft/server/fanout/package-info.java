/**
 * One event offered to many subscribers. In: new blocks from the ring, and members that ask to join
 * at a sequence. Out: one encoded batch per group, filter and framing, whose bytes all its members
 * share. Each {@link dev.weft.server.fanout.FanoutAgent} belongs to one I/O loop and is touched by
 * no other thread.
 */
@NullMarked
package dev.weft.server.fanout;

import org.jspecify.annotations.NullMarked;
