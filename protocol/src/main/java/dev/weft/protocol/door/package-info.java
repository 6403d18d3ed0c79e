/**
 * The door: a mapped file through which processes of one host publish without a socket. Its layout,
 * for both sides.
 */
@NullMarked
package dev.weft.protocol.door;

import org.jspecify.annotations.NullMarked;
