/**
 * The files of Unix domain sockets: whose name is free, who may connect, what is left behind. In
 * comes a path, out comes the name to bind. Thread: any, one at a time.
 */
@NullMarked
package dev.weft.server.unix;

import org.jspecify.annotations.NullMarked;
