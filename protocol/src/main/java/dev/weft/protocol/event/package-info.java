/**
 * The event as published: its members, their rules, and the prepared record that it becomes. Bytes
 * of JSON come in, a {@link dev.weft.protocol.frame.RecordDescriptor} with its body goes out, or a
 * {@link dev.weft.protocol.event.ParseError} that names the member and the rule. Each parser is
 * confined to one thread, an I/O thread in the server.
 */
@NullMarked
package dev.weft.protocol.event;

import org.jspecify.annotations.NullMarked;
