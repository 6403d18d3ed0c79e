/**
 * Reads JSON (RFC 8259) as bytes, without allocation and without exceptions: checks it, finds where
 * values lie, and rewrites strings and white space into one canonical form. Bytes come in from a
 * publisher, positions and canonical bytes go out to {@code dev.weft.protocol.event}. Each object
 * is confined to one thread, an I/O thread in the server.
 *
 * <p>Every array that is read here has {@link dev.weft.protocol.json.JsonScanner#PADDING} spare
 * bytes behind its content, so that eight bytes can be looked at in one step without a check for
 * the end.
 */
@NullMarked
package dev.weft.protocol.json;

import org.jspecify.annotations.NullMarked;
