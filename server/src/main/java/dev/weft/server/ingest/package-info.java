/**
 * Publishing over HTTP: bytes of a request come in on an I/O thread, are checked and prepared
 * there, and go as {@link dev.weft.server.sequencer.PendingAppend}s to the sequencer; its outcomes
 * come back through a bounded queue and become the answer. All classes here are confined to one I/O
 * loop each, but for the queue of outcomes.
 *
 * <p>What when full: a single event or an array is answered 503 with {@code Retry-After}; NDJSON is
 * not read further until there is room, which slows its sender by TCP.
 */
@NullMarked
package dev.weft.server.ingest;

import org.jspecify.annotations.NullMarked;
