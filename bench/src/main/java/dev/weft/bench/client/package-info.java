/**
 * The client side of a round. In goes the address of a running server; out come counts of what was
 * delivered, lost and repeated, and times. One thread drives all connections of a client; what is
 * paced has a thread of its own that only sends.
 */
@NullMarked
package dev.weft.bench.client;

import org.jspecify.annotations.NullMarked;
