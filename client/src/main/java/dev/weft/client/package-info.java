/**
 * Publishing from a process on the server's host, through shared memory. In: the JSON of one event
 * at a time, on the caller's thread. Out: its place in the ring, and later what became of it.
 */
@NullMarked
package dev.weft.client;

import org.jspecify.annotations.NullMarked;
