/**
 * One subscriber's way along the journal. In: a request for a stream, and what the client's socket
 * does. Out: frames, first from the journal or the ring, then as a member of a group of the
 * fan-out. {@link dev.weft.server.stream.StreamLoop} and the subscribers belong to an I/O loop;
 * {@link dev.weft.server.stream.CatchUp} reads the journal on the replay thread. What crosses
 * between them is a {@link dev.weft.server.stream.ReplayRequest}, through a bounded queue each way.
 */
@NullMarked
package dev.weft.server.stream;

import org.jspecify.annotations.NullMarked;
