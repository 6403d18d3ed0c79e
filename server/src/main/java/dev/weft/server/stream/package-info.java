/**
 * One subscriber's way along the journal. In: a request for a stream, and what the client's socket
 * does. Out: frames, first from the journal or the ring, then as a member of a group of the
 * fan-out. {@link dev.weft.server.stream.StreamLoop} and the subscribers belong to an I/O loop; who
 * is behind has the journal read by {@link dev.weft.server.stream.replay}.
 */
@NullMarked
package dev.weft.server.stream;

import org.jspecify.annotations.NullMarked;
