/**
 * Commands that speak with a server: its address, over TCP or a Unix socket, filters as options,
 * publishing with patience. Main thread of the command, which waits here.
 */
@NullMarked
package dev.weft.server.cli.client;

import org.jspecify.annotations.NullMarked;
