/**
 * The bridge to Valkey or Redis. In come entries of streams and messages of channels, out go
 * events; and the other way round. Each of its parts has a thread of its own, {@code
 * weft-valkey-…}; what comes in takes the way of every publish, what goes out is read from the
 * journal. Runs in the server, or in a process of its own that speaks HTTP with one ({@code weft
 * bridge}); see docs/adr/0093.
 */
@NullMarked
package dev.weft.server.bridge;

import org.jspecify.annotations.NullMarked;
