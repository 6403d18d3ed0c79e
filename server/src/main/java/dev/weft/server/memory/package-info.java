/**
 * Memory outside of the Java heap. Used by whoever keeps much of it ready and mostly little of it
 * in use; uses nothing of the server. Any thread.
 */
@NullMarked
package dev.weft.server.memory;

import org.jspecify.annotations.NullMarked;
