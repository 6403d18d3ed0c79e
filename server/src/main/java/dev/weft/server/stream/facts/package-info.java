/**
 * What there is to say about streams: the state of a subscriber, why it changed, and how many there
 * are. Written by the I/O loops, read by whoever shows it.
 */
@NullMarked
package dev.weft.server.stream.facts;

import org.jspecify.annotations.NullMarked;
