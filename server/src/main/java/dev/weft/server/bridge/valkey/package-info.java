/**
 * The other side's server: connections, commands as words, ids of entries, what it says about a
 * stream, and whose turn it is with a consumer group. Any thread of the bridge; calls wait for the
 * answer.
 */
@NullMarked
package dev.weft.server.bridge.valkey;

import org.jspecify.annotations.NullMarked;
