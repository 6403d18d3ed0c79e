/**
 * The load rig. In goes the address of a running server, out come measured rounds and a count of
 * what was delivered, lost and repeated. One thread drives all connections of the client; the
 * server runs in another process, and beside it, in a third, the floor: a bare loop of socket
 * writes that sends the same bytes to the same client. The method is in docs/adr, "How load is
 * measured".
 */
@NullMarked
package dev.weft.bench.load;

import org.jspecify.annotations.NullMarked;
